{{- /* The environment of a container: what this chart decides, then the settings that are given by name. */ -}}

{{- define "waakvlam.fromDatabase" -}}
- name: WAAKVLAM_{{ upper .key }}
  valueFrom:
    secretKeyRef:
      name: {{ .root.Values.database.existingSecret }}
      key: {{ .secretKey | default .key }}
{{- end }}

{{- define "waakvlam.ledgerEnvironment" -}}
{{- $own := and .root.Values.database.roles (has .component (list "intake" "triage" "monitoring" "board" "watch")) -}}
{{ include "waakvlam.fromDatabase" (dict "root" .root "key" "ledger" "secretKey" (ternary (printf "ledger-%s" .component) "ledger" $own)) }}
{{- if .root.Values.database.ca.existingSecret }}
- name: PGSSLROOTCERT
  value: /etc/waakvlam/database/ca.crt
{{- end }}
{{- end }}

{{- define "waakvlam.kafkaEnvironment" -}}
- name: WAAKVLAM_BOOTSTRAP
  value: {{ .root.Values.kafka.bootstrap | quote }}
- name: WAAKVLAM_SECURITY
  value: {{ .root.Values.kafka.security }}
{{- if eq .root.Values.kafka.security "sasl_ssl" }}
- name: WAAKVLAM_SASL_USERNAME
  value: {{ .login | quote }}
- name: WAAKVLAM_SASL_PASSWORD_FILE
  value: /etc/waakvlam/login/password
{{- if .root.Values.kafka.ca.existingSecret }}
- name: WAAKVLAM_CA_FILE
  value: /etc/waakvlam/brokers/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "waakvlam.vaultEnvironment" -}}
{{- with .root.Values.keys.vault }}
{{- if .url }}
- name: WAAKVLAM_TRANSIT_URL
  value: {{ .url | quote }}
- name: WAAKVLAM_TRANSIT_MOUNT
  value: {{ .mount | quote }}
- name: WAAKVLAM_TRANSIT_TOKEN_FILE
  value: /etc/waakvlam/vault/token
{{ include "waakvlam.fromDatabase" (dict "root" $.root "key" "transit_register" "secretKey" "register") }}
{{- if .ca.existingSecret }}
- name: REQUESTS_CA_BUNDLE
  value: /etc/waakvlam/vault-ca/ca.crt
{{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- /* What was given under `settings` and `secretSettings` for this component; files/settings.json says who reads what. */ -}}
{{- define "waakvlam.givenEnvironment" -}}
{{- $root := .root }}
{{- $mine := get ($root.Files.Get "files/settings.json" | fromJson) .component }}
{{- range $name := $mine.plain }}
{{- if hasKey $root.Values.settings $name }}
- name: WAAKVLAM_{{ $name }}
  value: {{ $value := get $root.Values.settings $name }}{{ if kindIs "float64" $value }}{{ $value | toJson | quote }}{{ else }}{{ $value | toString | quote }}{{ end }}
{{- end }}
{{- end }}
{{- range $name := $mine.secret }}
{{- with get $root.Values.secretSettings $name }}
- name: WAAKVLAM_{{ $name }}
  valueFrom:
    secretKeyRef:
      name: {{ .secret }}
      key: {{ .key }}
{{- end }}
{{- end }}
{{- end }}

{{- define "waakvlam.sharedEnvironment" -}}
{{ include "waakvlam.kafkaEnvironment" (dict "root" .root "login" (.login | default .component)) }}
- name: WAAKVLAM_DATA
  value: /var/lib/waakvlam
{{ include "waakvlam.ledgerEnvironment" . }}
{{- if .root.Values.agreements.existingConfigMap }}
- name: WAAKVLAM_AGREEMENTS
  value: /etc/waakvlam/agreements
{{- end }}
{{- end }}

{{- define "waakvlam.tracesEnvironment" -}}
{{- if and .root.Values.traces.url (has .component (list "intake" "triage" "monitoring" "board")) -}}
- name: WAAKVLAM_TRACES
  value: {{ .root.Values.traces.url | quote }}
{{- if .root.Values.traces.ca.existingSecret }}
- name: OTEL_EXPORTER_OTLP_CERTIFICATE
  value: /etc/waakvlam/traces/ca.crt
{{- end }}
{{- end }}
{{- end }}

{{- define "waakvlam.keysEnvironment" -}}
- name: WAAKVLAM_KEYS
  value: /var/lib/waakvlam-keys/keys.db
- name: WAAKVLAM_CHECKPOINT_KEY
  value: /var/lib/waakvlam-keys/checkpoint.key
{{- include "waakvlam.vaultEnvironment" . }}
{{- end }}
