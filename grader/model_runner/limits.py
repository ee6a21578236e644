"""How much of everything a submitted model may take. One number each, with its unit."""

from dataclasses import dataclass

MIB = 1 << 20

# The library's own pages, shared and read-only, which RLIMIT_DATA does not count.
LIBRARY_RSS_BYTES = 600 * MIB
# Address space beyond the data limit: the library's mapping and the stacks' reservations.
LIBRARY_ADDRESS_BYTES = 4096 * MIB


@dataclass(frozen=True)
class ModelLimits:
    """What one submission may use, from its zip to its predictions. Times in seconds, sizes in bytes."""

    max_zip_bytes: int = 512_000_000
    max_unpacked_bytes: int = 2_000_000_000
    max_entries: int = 400
    max_graph_bytes: int = 64_000_000
    max_graph_nodes: int = 200_000
    unpack_seconds: int = 60
    screen_seconds: int = 30
    wall_seconds: float = 120.0
    cpu_seconds: int = 60
    memory_bytes: int = 2048 * MIB
    max_threads: int = 64
    log_bytes: int = 65_536
    batch_rows: int = 4096
    # Asked a second time, in another order and batch, to see whether the answers stay the same.
    repeated_rows: int = 256

    @property
    def rss_bytes(self) -> int:
        """Resident memory above which the run is stopped."""
        return self.memory_bytes + LIBRARY_RSS_BYTES

    @property
    def address_bytes(self) -> int:
        """Address space above which the kernel refuses the model more."""
        return self.memory_bytes + LIBRARY_ADDRESS_BYTES
