{{- /* A job's pod. Called with root, component, arguments, login (none: no Kafka), keys (whether it opens them), account, and restart. */ -}}

{{- define "waakvlam.jobPod" -}}
metadata:
  labels:
    {{- include "waakvlam.labels" . | nindent 4 }}
  {{- include "waakvlam.podAnnotations" .root | nindent 2 }}
spec:
  restartPolicy: {{ .restart | default "OnFailure" }}
  {{- with .account }}
  serviceAccountName: {{ . }}
  {{- end }}
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- include "waakvlam.placing" .root | nindent 2 }}
  securityContext:
    {{- include "waakvlam.podSecurity" .root | nindent 4 }}
  {{- with .affinity }}
  affinity:
    {{- . | nindent 4 }}
  {{- end }}
  containers:
    - name: {{ .component }}
      image: {{ include "waakvlam.image" .root }}
      imagePullPolicy: {{ .root.Values.image.pullPolicy }}
      command:
        {{- toYaml .command | nindent 8 }}
      env:
        {{- .environment | nindent 8 }}
        {{- include "waakvlam.givenEnvironment" . | nindent 8 }}
      resources:
        {{- toYaml (.resources | default (dict "requests" (dict "cpu" "100m" "memory" "192Mi") "limits" (dict "memory" "512Mi"))) | nindent 8 }}
      securityContext:
        {{- include "waakvlam.containerSecurity" .root | nindent 8 }}
      volumeMounts:
        {{- .mounts | nindent 8 }}
  volumes:
    {{- .volumes | nindent 4 }}
{{- end }}

{{- define "waakvlam.databaseOnly" -}}
- name: WAAKVLAM_DATA
  value: /var/lib/waakvlam
{{ include "waakvlam.ledgerEnvironment" . }}
{{- end }}

{{- define "waakvlam.databaseVolumes" -}}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- include "waakvlam.authorityVolume" (dict "name" "database" "ca" .Values.database.ca) }}
{{- end }}

{{- define "waakvlam.databaseMounts" -}}
- name: tmp
  mountPath: /tmp
{{- include "waakvlam.authorityMount" (dict "name" "database" "ca" .Values.database.ca) }}
{{- end }}

{{- define "waakvlam.besideIntake" -}}
{{- /* A volume of one node is mounted where intake is. */ -}}
{{- if eq .root.Values.intake.persistence.accessMode "ReadWriteOnce" }}
podAffinity:
  requiredDuringSchedulingIgnoredDuringExecution:
    - topologyKey: kubernetes.io/hostname
      labelSelector:
        matchLabels:
          {{- include "waakvlam.selector" (dict "root" .root "component" "intake") | nindent 10 }}
{{- end }}
{{- end }}
