"""Which cards hang together, by whatever joins them."""


class Clusters:
    """Which cards are connected (union-find)."""

    def __init__(self) -> None:
        self._parent: dict[str, str] = {}

    def of(self, card: str) -> str:
        """The card that stands for all that are connected with `card`."""
        root = card
        while (parent := self._parent.get(root, root)) != root:
            root = parent
        self._parent[card] = root
        return root

    def connect(self, left: str, right: str) -> None:
        """Make two clusters one."""
        low, high = sorted((self.of(left), self.of(right)))
        self._parent[high] = low
