"""A Kafka of three nodes on this machine: every record on three, and confirmed when two have it."""

from pathlib import Path

from cli.broker import Broker

NODES = 3


class Node(Broker):
    """One node of the cluster; `voters` names them all, once each has its ports."""

    def __init__(self, folder: Path, number: int) -> None:
        super().__init__(folder)
        self.number = number
        self.voters = ""

    def properties(self) -> str:
        """Return the settings of one node, with copies of everything."""
        lines = [line for line in super().properties().splitlines() if "=" in line and not line.startswith("#")]
        settings = dict(line.split("=", 1) for line in lines)
        settings |= {"node.id": str(self.number), "controller.quorum.voters": self.voters}
        settings |= {"default.replication.factor": str(NODES), "min.insync.replicas": "2"}
        settings |= {name: str(NODES) for name in settings if name.endswith("topic.replication.factor")}
        settings |= {name: str(NODES) for name in settings if name.endswith("state.log.replication.factor")}
        settings |= {name: "2" for name in settings if name.endswith(".min.isr")}
        return "\n".join(f"{name}={value}" for name, value in settings.items()) + "\n"


class Cluster:
    """Three nodes with their data in one folder."""

    def __init__(self, folder: Path) -> None:
        self.nodes = [Node(folder / f"node-{number}", number) for number in range(1, NODES + 1)]
        voters = ",".join(f"{one.number}@127.0.0.1:{one.controller_port}" for one in self.nodes)
        for one in self.nodes:
            one.voters = voters

    @property
    def bootstrap(self) -> str:
        """The addresses for clients."""
        return ",".join(one.bootstrap for one in self.nodes)

    def start(self) -> "Cluster":
        """Start all nodes; they answer when this returns."""
        for one in self.nodes:
            one.launch()
        for one in self.nodes:
            one.wait_until_it_accepts()
        return self

    def stop(self) -> None:
        """Stop all nodes in order."""
        for one in self.nodes:
            one.stop()
