{{- /* Names and labels. A component is a service (intake, triage, monitoring, board) or a job. */ -}}

{{- define "waakvlam.name" -}}
{{- if contains "waakvlam" .Release.Name -}}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{- else -}}{{ printf "%s-waakvlam" (.Release.Name | trunc 31 | trimSuffix "-") }}{{- end -}}
{{- end }}

{{- define "waakvlam.selector" -}}
app.kubernetes.io/name: waakvlam
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "waakvlam.labels" -}}
{{ include "waakvlam.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/part-of: waakvlam
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ printf "waakvlam-%s" .root.Chart.Version }}
{{- end }}

{{- define "waakvlam.image" -}}
{{- with .Values.image -}}
{{- if .digest -}}{{ printf "%s@%s" .repository .digest }}{{- else -}}{{ printf "%s:%s" .repository (.tag | default $.Chart.AppVersion) }}{{- end -}}
{{- end -}}
{{- end }}

{{- define "waakvlam.serviceAccount" -}}
{{ .Values.serviceAccount.existingName | default (include "waakvlam.name" .) }}
{{- end }}

{{- define "waakvlam.port" -}}
{{ get (dict "intake" 8701 "triage" 8702 "monitoring" 8703 "watch" 8704 "board" 8705) .component }}
{{- end }}

{{- /* The claim on which intake keeps its keys. */ -}}
{{- define "waakvlam.intakeClaim" -}}
{{ .Values.intake.persistence.existingClaim | default (printf "%s-intake" (include "waakvlam.name" .)) }}
{{- end }}

{{- /* Where the password of a login is: `secret` and `key` as JSON. */ -}}
{{- define "waakvlam.login" -}}
{{- $own := get .root.Values.kafka.logins .login -}}
{{- if $own -}}{{ toJson $own }}
{{- else if and .root.Values.strimzi.enabled (ne .login "operator") (not .root.Values.kafka.existingSecret) -}}{{ toJson (dict "secret" .login "key" "password") }}
{{- else -}}{{ toJson (dict "secret" .root.Values.kafka.existingSecret "key" .login) }}
{{- end -}}
{{- end }}
