{{- /* What values.schema.json cannot say: each fault ends the render with a sentence that names the value to set. */ -}}

{{- define "waakvlam.wanting" -}}
{{- $v := .Values -}}
{{- if not $v.image.repository }}
Set image.repository to where your image of Waakvlam is (docs/how-to/install.md says how to build it).
{{- end }}
{{- if not $v.kafka.bootstrap }}
Set kafka.bootstrap to the address of your Kafka, such as kafka-bootstrap.kafka:9093.
{{- end }}
{{- if not $v.database.existingSecret }}
Set database.existingSecret to the Secret that holds the addresses of the databases, keys ledger, radar, triage, board and looks.
{{- end }}
{{- if eq $v.kafka.security "sasl_ssl" }}
{{- range list "intake" "triage" "monitoring" "board" }}
{{- if not (get (include "waakvlam.login" (dict "root" $ "login" .) | fromJson) "secret") }}
Set kafka.existingSecret to the Secret with the passwords, key {{ . }} among them, or kafka.logins.{{ . }}; for a Kafka without logins, to try out alone, set kafka.security to plaintext.
{{- end }}
{{- end }}
{{- if and $v.watch.enabled (not (get (include "waakvlam.login" (dict "root" $ "login" "watch") | fromJson) "secret")) }}
Set kafka.existingSecret to a Secret with key watch, or kafka.logins.watch, or set watch.enabled to false: it logs in as watch, which may see how far every reader came and read nothing.
{{- end }}
{{- if and $v.topics.enabled (not (get (include "waakvlam.login" (dict "root" $ "login" "operator") | fromJson) "secret")) }}
Set kafka.existingSecret to a Secret with key operator, or kafka.logins.operator, or set topics.enabled to false: the job that makes topics logs in as operator.
{{- end }}
{{- end }}
{{- end }}

{{- define "waakvlam.contradicting" -}}
{{- $v := .Values -}}
{{- if and $v.keys.vault.url (not $v.keys.vault.existingSecret) }}
Set keys.vault.existingSecret to the Secret with the vault's token, or leave keys.vault.url empty.
{{- end }}
{{- if and (gt (int $v.intake.replicas) 1) (not $v.keys.vault.url) }}
Set intake.replicas to 1, or keys.vault.url to a vault: a file of keys belongs to one process.
{{- end }}
{{- if and (gt (int $v.intake.replicas) 1) (ne $v.intake.persistence.accessMode "ReadWriteMany") }}
Set intake.persistence.accessMode to ReadWriteMany, or intake.replicas to 1: a volume of one node cannot be shared.
{{- end }}
{{- if and $v.agreements.existingConfigMap (not $v.agreements.items) }}
Set agreements.items: which key of the ConfigMap {{ $v.agreements.existingConfigMap }} becomes which file, such as {key: nl.yaml, path: calendars/nl.yaml}.
{{- end }}
{{- if and $v.topics.enabled $v.strimzi.enabled }}
Set topics.enabled or strimzi.enabled to false: topics and rights have one maker.
{{- end }}
{{- if and $v.strimzi.enabled (not $v.strimzi.cluster) }}
Set strimzi.cluster to the name of your Kafka resource.
{{- end }}
{{- if and $v.strimzi.enabled $v.strimzi.namespace (ne $v.strimzi.namespace .Release.Namespace) (not $v.kafka.existingSecret) (ne $v.kafka.security "plaintext") }}
Set kafka.existingSecret or kafka.logins: Strimzi makes the passwords in namespace {{ $v.strimzi.namespace }}, and a pod reads only those of {{ .Release.Namespace }}. Copy them.
{{- end }}
{{- if and $v.backup.enabled (not $v.backup.existingClaim) }}
Set backup.existingClaim to the volume claim on which backups of the ledger go.
{{- end }}
{{- if and $v.backup.keysClaim (eq $v.backup.keysClaim $v.backup.existingClaim) }}
Set backup.keysClaim to another claim than backup.existingClaim, best on another system: the ledger with its keys tells everything.
{{- end }}
{{- if and $v.keda.enabled (lt (int $v.keda.workersMax) (int (max $v.triage.replicas $v.monitoring.replicas))) }}
Set keda.workersMax to at least triage.replicas and monitoring.replicas.
{{- end }}
{{- if and (or $v.board.ingress.enabled $v.board.httpRoute.enabled) (not $v.board.login.issuer) }}
Set board.login.issuer to your provider of identities, or board.ingress.enabled and board.httpRoute.enabled to false: without a login the board is for nobody outside of its own pod. `kubectl port-forward` reaches it.
{{- end }}
{{- if and $v.board.login.issuer (not (and $v.board.login.existingSecret $v.board.address (hasKey $v.secretSettings "BOARD_SECRET"))) }}
Set board.login.existingSecret, board.address and secretSettings.BOARD_SECRET too: a login is whole or it is none.
{{- end }}
{{- if and $v.metrics.rules (not $v.watch.enabled) }}
Set watch.enabled to true, or metrics.rules to false: the rules ask for what is measured from outside.
{{- end }}
{{- if and $v.board.httpRoute.enabled (not $v.board.httpRoute.parents) }}
Set board.httpRoute.parents to the gateways that lead to the board.
{{- end }}
{{- if and $v.board.certManager.enabled (not $v.board.certManager.issuer.name) }}
Set board.certManager.issuer.name to the issuer of the certificate.
{{- end }}
{{- if and $v.test.agency (not (and $v.test.municipality (or $v.test.existingSecret (eq $v.kafka.security "plaintext")))) }}
Set test.municipality and test.existingSecret too, or leave test.agency empty: the canary of `helm test` logs in as that agency.
{{- end }}
{{- range $name, $_ := $v.settings }}
{{- if hasKey $v.secretSettings $name }}
Set {{ $name }} in settings or in secretSettings, not in both.
{{- end }}
{{- end }}
{{- end }}
