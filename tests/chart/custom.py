"""Resources that Kubernetes does not know by itself, as strict models of their published definitions.

Only what the chart uses: a field that is not here is a field that nobody looked up.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

Port = Annotated[int, Field(ge=1, le=65535)]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?$")]


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Metadata(Strict):
    name: Name
    namespace: Name | None = None
    labels: dict[str, str]
    annotations: dict[str, str] = {}


class Resource(Strict):
    metadata: Metadata


class MatchLabels(Strict):
    matchLabels: dict[str, str]


class Endpoint(Strict):
    port: str
    path: str
    interval: Annotated[str, Field(pattern=r"^\d+s$")]


class MonitorSpec(Strict):
    jobLabel: str
    selector: MatchLabels
    endpoints: list[Endpoint]


class ServiceMonitor(Resource):
    apiVersion: Literal["monitoring.coreos.com/v1"]
    kind: Literal["ServiceMonitor"]
    spec: MonitorSpec


class Rule(Strict):
    alert: str | None = None
    record: str | None = None
    expr: str | int
    for_: str | None = Field(None, alias="for")
    keep_firing_for: str | None = None
    labels: dict[str, str] = {}
    annotations: dict[str, str] = {}


class Group(Strict):
    name: str
    interval: str | None = None
    rules: list[Rule]


class RuleSpec(Strict):
    groups: list[Group]


class PrometheusRule(Resource):
    apiVersion: Literal["monitoring.coreos.com/v1"]
    kind: Literal["PrometheusRule"]
    spec: RuleSpec


class Target(Strict):
    name: Name


class KafkaLag(Strict):
    bootstrapServers: str
    consumerGroup: str
    topic: str
    lagThreshold: str
    allowIdleConsumers: Literal["false"]
    limitToPartitionsWithLag: Literal["true"]
    sasl: Literal["scram_sha512"] | None = None
    tls: Literal["enable"] | None = None


class Trigger(Strict):
    type: Literal["kafka"]
    metadata: KafkaLag
    authenticationRef: Target | None = None


class Policy(Strict):
    type: Literal["Pods", "Percent"]
    value: int
    periodSeconds: int


class ScaleDown(Strict):
    stabilizationWindowSeconds: int
    policies: list[Policy]


class Behavior(Strict):
    scaleDown: ScaleDown


class PodAutoscaler(Strict):
    behavior: Behavior


class Advanced(Strict):
    horizontalPodAutoscalerConfig: PodAutoscaler


class Fallback(Strict):
    failureThreshold: int
    replicas: Annotated[int, Field(ge=1)]


class ScaledSpec(Strict):
    scaleTargetRef: Target
    minReplicaCount: Annotated[int, Field(ge=1)]
    maxReplicaCount: Annotated[int, Field(le=6)]
    pollingInterval: int
    cooldownPeriod: int
    fallback: Fallback
    advanced: Advanced
    triggers: list[Trigger]


class ScaledObject(Resource):
    apiVersion: Literal["keda.sh/v1alpha1"]
    kind: Literal["ScaledObject"]
    spec: ScaledSpec


class SecretTarget(Strict):
    parameter: Literal["password", "ca"]
    name: Name
    key: str


class FromEnvironment(Strict):
    parameter: Literal["username"]
    name: str
    containerName: str


class AuthenticationSpec(Strict):
    secretTargetRef: list[SecretTarget]
    env: list[FromEnvironment]


class TriggerAuthentication(Resource):
    apiVersion: Literal["keda.sh/v1alpha1"]
    kind: Literal["TriggerAuthentication"]
    spec: AuthenticationSpec


class TopicSpec(Strict):
    topicName: Annotated[str, Field(pattern=r"^[a-z0-9.-]{1,249}$")]
    partitions: Annotated[int, Field(ge=1)]
    replicas: Annotated[int, Field(ge=1)]
    config: dict[str, str]


class KafkaTopic(Resource):
    apiVersion: Literal["kafka.strimzi.io/v1beta2"]
    kind: Literal["KafkaTopic"]
    spec: TopicSpec


class AccessTo(Strict):
    type: Literal["topic", "group"]
    name: str
    patternType: Literal["literal", "prefix"]


class Access(Strict):
    resource: AccessTo
    operations: list[Literal["Read", "Write", "Describe"]]
    host: Literal["*"]


class Authentication(Strict):
    type: Literal["scram-sha-512"]


class Authorization(Strict):
    type: Literal["simple"]
    acls: list[Access]


class UserSpec(Strict):
    authentication: Authentication
    authorization: Authorization


class KafkaUser(Resource):
    apiVersion: Literal["kafka.strimzi.io/v1beta2"]
    kind: Literal["KafkaUser"]
    spec: UserSpec


class Parent(Strict):
    name: Name
    namespace: Name | None = None
    sectionName: Name | None = None


class Path(Strict):
    type: Literal["PathPrefix"]
    value: str


class Match(Strict):
    path: Path


class Backend(Strict):
    name: Name
    port: Port


class RouteRule(Strict):
    matches: list[Match]
    backendRefs: list[Backend]


class RouteSpec(Strict):
    parentRefs: list[Parent]
    hostnames: list[Name]
    rules: list[RouteRule]


class HTTPRoute(Resource):
    apiVersion: Literal["gateway.networking.k8s.io/v1"]
    kind: Literal["HTTPRoute"]
    spec: RouteSpec


class Issuer(Strict):
    group: Literal["cert-manager.io"]
    kind: Literal["Issuer", "ClusterIssuer"]
    name: Name


class CertificateSpec(Strict):
    secretName: Name
    dnsNames: list[Name]
    issuerRef: Issuer


class Certificate(Resource):
    apiVersion: Literal["cert-manager.io/v1"]
    kind: Literal["Certificate"]
    spec: CertificateSpec


MODELS: dict[str, type[Resource]] = {
    one.__name__: one
    for one in (
        Certificate,
        HTTPRoute,
        KafkaTopic,
        KafkaUser,
        PrometheusRule,
        ScaledObject,
        ServiceMonitor,
        TriggerAuthentication,
    )
}


def check(resource: dict[str, Any]) -> None:
    """Raise ValidationError when a custom resource is not as its definition says."""
    MODELS[resource["kind"]].model_validate(resource)
