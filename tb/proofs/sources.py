"""Where the proofs of the core are listed, and what they are about."""

from honeyguide.project import ROOT
from honeyguide.proofs.task import Sources

TABLE = ROOT / "tb" / "proofs" / "proofs.toml"
SOURCES = Sources(
    files=sorted((ROOT / "rtl").glob("**/*.v")),
    includes=[ROOT / "rtl" / "include"],
    macros=ROOT / "tb" / "honeyguide" / "hdl" / "include" / "rules.svh",
)
