{{- /* A service as a Deployment. Called with root, component, replicas, and own (a template's name) for what it alone has. */ -}}

{{- define "waakvlam.probes" -}}
{{- /* Alive says only that the process answers: a broker or database that is away ends nothing. Ready says that it is at work. */ -}}
startupProbe:
  {{- include "waakvlam.probe" (dict "root" .root "component" .component "path" "/health") | nindent 2 }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 60
livenessProbe:
  {{- include "waakvlam.probe" (dict "root" .root "component" .component "path" "/health") | nindent 2 }}
  periodSeconds: 20
  timeoutSeconds: 10
  failureThreshold: 6
readinessProbe:
  {{- include "waakvlam.probe" (dict "root" .root "component" .component "path" "/ready") | nindent 2 }}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 3
{{- end }}

{{- define "waakvlam.probe" -}}
httpGet:
  path: {{ .path }}
  port: health
{{- end }}

{{- define "waakvlam.spread" -}}
topologySpreadConstraints:
  {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "waakvlam.selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{- define "waakvlam.container" -}}
{{- $own := printf "waakvlam.%s" .component -}}
- name: {{ .component }}
  image: {{ include "waakvlam.image" .root }}
  imagePullPolicy: {{ .root.Values.image.pullPolicy }}
  command: {{ .command | default (list "python" "-m" (printf "services.%s" .component)) | toJson }}
  env:
    {{- include "waakvlam.sharedEnvironment" . | nindent 4 }}
    {{- include (printf "%s.environment" $own) . | nindent 4 }}
    {{- include "waakvlam.tracesEnvironment" . | nindent 4 }}
    {{- include "waakvlam.givenEnvironment" . | nindent 4 }}
  ports:
    - name: health
      containerPort: {{ include "waakvlam.port" . }}
    {{- if eq .component "board" }}
    - name: pages
      containerPort: 8700
    {{- end }}
  {{- include "waakvlam.probes" . | nindent 2 }}
  resources:
    {{- toYaml (get .root.Values .component).resources | nindent 4 }}
  securityContext:
    {{- include "waakvlam.containerSecurity" . | nindent 4 }}
  volumeMounts:
    {{- include "waakvlam.loginMounts" . | nindent 4 }}
    {{- include "waakvlam.authorityMount" (dict "name" "database" "ca" .root.Values.database.ca) | nindent 4 }}
    {{- include "waakvlam.authorityMount" (dict "name" "traces" "ca" .root.Values.traces.ca) | nindent 4 }}
    {{- include (printf "%s.data" $own) . | nindent 4 }}
    {{- include "waakvlam.agreementsMounts" . | nindent 4 }}
    {{- include (printf "%s.mounts" $own) . | nindent 4 }}
  {{- include (printf "%s.lifecycle" $own) . | nindent 2 }}
{{- end }}

{{- define "waakvlam.service" -}}
{{- $own := printf "waakvlam.%s" .component -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "waakvlam.name" .root }}-{{ .component }}
  labels:
    {{- include "waakvlam.labels" . | nindent 4 }}
spec:
  {{- if .replicas }}
  replicas: {{ .replicas }}
  {{- end }}
  revisionHistoryLimit: 3
  strategy:
    {{- include (printf "%s.strategy" $own) . | nindent 4 }}
  selector:
    matchLabels:
      {{- include "waakvlam.selector" . | nindent 6 }}
  template:
    metadata:
      labels:
        {{- include "waakvlam.labels" . | nindent 8 }}
        {{- with .root.Values.podLabels }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
      {{- include "waakvlam.podAnnotations" .root | nindent 6 }}
    spec:
      serviceAccountName: {{ include "waakvlam.serviceAccount" .root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      terminationGracePeriodSeconds: 45
      {{- if and .root.Values.priorityClassName (has .component (list "intake" "monitoring")) }}
      priorityClassName: {{ .root.Values.priorityClassName }}
      {{- end }}
      {{- include "waakvlam.placing" .root | nindent 6 }}
      securityContext:
        {{- include "waakvlam.podSecurity" .root | nindent 8 }}
      {{- include "waakvlam.spread" . | nindent 6 }}
      {{- with .affinity }}
      affinity:
        {{- . | nindent 8 }}
      {{- end }}
      containers:
        {{- include "waakvlam.container" . | nindent 8 }}
      volumes:
        {{- include "waakvlam.loginVolumes" (dict "root" .root "login" (.login | default .component)) | nindent 8 }}
        {{- include "waakvlam.authorityVolume" (dict "name" "database" "ca" .root.Values.database.ca) | nindent 8 }}
        {{- include "waakvlam.authorityVolume" (dict "name" "traces" "ca" .root.Values.traces.ca) | nindent 8 }}
        {{- include "waakvlam.agreementsVolumes" . | nindent 8 }}
        {{- include (printf "%s.volumes" $own) . | nindent 8 }}
{{- end }}

{{- /* What most services do alike. */ -}}
{{- define "waakvlam.rolling" -}}
type: RollingUpdate
rollingUpdate:
  maxSurge: 1
  maxUnavailable: 0
{{- end }}

{{- define "waakvlam.ownData" -}}
- name: data
  mountPath: /var/lib/waakvlam
{{- end }}

{{- define "waakvlam.forgetful" -}}
- name: data
  emptyDir:
    sizeLimit: 1Gi
{{- end }}

{{- define "waakvlam.healthEnvironment" -}}
- name: WAAKVLAM_HEALTH_HOST
  value: 0.0.0.0
- name: WAAKVLAM_{{ ternary "BOARD_HEALTH" (upper .component) (eq .component "board") }}_PORT
  value: {{ include "waakvlam.port" . | quote }}
{{- end }}
