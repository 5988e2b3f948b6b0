{{- /* What every pod and container has in common: nobody is root, nothing is written but where it must be. */ -}}

{{- define "waakvlam.podSecurity" -}}
runAsNonRoot: true
{{- with .Values.podSecurity.runAsUser }}
runAsUser: {{ . | int64 }}
runAsGroup: {{ . | int64 }}
{{- end }}
{{- with .Values.podSecurity.fsGroup }}
fsGroup: {{ . | int64 }}
fsGroupChangePolicy: OnRootMismatch
{{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "waakvlam.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities:
  drop: [ALL]
{{- end }}

{{- define "waakvlam.podAnnotations" -}}
{{- with .Values.podAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "waakvlam.placing" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- with .Values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .Values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- /* Volumes by which a pod reads secrets. A Secret that changes reaches the pod by itself: nothing is mounted by subPath. */ -}}
{{- define "waakvlam.loginVolumes" -}}
{{- if eq .root.Values.kafka.security "sasl_ssl" }}
{{- $login := .secret }}
{{- if not $login }}{{ $login = include "waakvlam.login" (dict "root" .root "login" .login) | fromJson }}{{ end }}
- name: login
  secret:
    secretName: {{ $login.secret }}
    defaultMode: 0440
    items:
      - key: {{ $login.key }}
        path: password
{{- include "waakvlam.authorityVolume" (dict "name" "brokers" "ca" .root.Values.kafka.ca) }}
{{- end }}
- name: tmp
  emptyDir:
    sizeLimit: 256Mi
{{- end }}

{{- /* Certificates by which a server is trusted. */ -}}
{{- define "waakvlam.authorityVolume" -}}
{{- if .ca.existingSecret }}
- name: {{ .name }}
  secret:
    secretName: {{ .ca.existingSecret }}
    defaultMode: 0444
    items:
      - key: {{ .ca.key }}
        path: ca.crt
{{- end }}
{{- end }}

{{- define "waakvlam.authorityMount" -}}
{{- if .ca.existingSecret }}
- name: {{ .name }}
  mountPath: /etc/waakvlam/{{ .name }}
  readOnly: true
{{- end }}
{{- end }}

{{- define "waakvlam.loginMounts" -}}
{{- if eq .root.Values.kafka.security "sasl_ssl" }}
- name: login
  mountPath: /etc/waakvlam/login
  readOnly: true
{{- include "waakvlam.authorityMount" (dict "name" "brokers" "ca" .root.Values.kafka.ca) }}
{{- end }}
- name: tmp
  mountPath: /tmp
{{- end }}

{{- define "waakvlam.keysVolumes" -}}
{{- with .root.Values.keys.vault }}
{{- if .url }}
- name: vault
  secret:
    secretName: {{ .existingSecret }}
    defaultMode: 0440
    items:
      - key: {{ .key }}
        path: token
{{- include "waakvlam.authorityVolume" (dict "name" "vault-ca" "ca" .ca) }}
{{- end }}
{{- end }}
- name: data
  persistentVolumeClaim:
    claimName: {{ include "waakvlam.intakeClaim" .root }}
{{- end }}

{{- /* The claim of intake has two folders: who looks only at the one does not see the keys in the other. */ -}}
{{- define "waakvlam.claimMounts" -}}
- name: data
  mountPath: /var/lib/waakvlam
  subPath: data
- name: data
  mountPath: /var/lib/waakvlam-keys
  subPath: keys
{{- end }}

{{- define "waakvlam.keysMounts" -}}
{{- if .root.Values.keys.vault.url }}
- name: vault
  mountPath: /etc/waakvlam/vault
  readOnly: true
{{- include "waakvlam.authorityMount" (dict "name" "vault-ca" "ca" .root.Values.keys.vault.ca) }}
{{- end }}
{{- end }}

{{- define "waakvlam.agreementsVolumes" -}}
{{- with .root.Values.agreements }}
{{- if .existingConfigMap }}
- name: agreements
  configMap:
    name: {{ .existingConfigMap }}
    items:
      {{- toYaml .items | nindent 6 }}
{{- end }}
{{- end }}
{{- end }}

{{- define "waakvlam.agreementsMounts" -}}
{{- if .root.Values.agreements.existingConfigMap }}
- name: agreements
  mountPath: /etc/waakvlam/agreements
  readOnly: true
{{- end }}
{{- end }}
