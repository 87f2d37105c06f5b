"""How programs are compiled.

Importing this module imports JAX; the rest of the package does so inside functions.
"""

from __future__ import annotations

import jax

# Roughly halves XLA's time for these programs and leaves their speed as it was.
_CPU_OPTIONS: dict[str, str | bool] = {"xla_cpu_use_fusion_emitters": False}
# For what runs a few times only: a third of the time to compile, about half the speed.
_BRIEF_OPTIONS = _CPU_OPTIONS | {
    "xla_backend_optimization_level": "0",
    "xla_llvm_disable_expensive_passes": True,
}


def compile_lowered(lowered: jax.stages.Lowered, brief: bool = False) -> jax.stages.Compiled:
    """Compile, with the options that suit the processor where its compiler knows them.

    A program that is `brief` runs a few times only, and is compiled faster.
    """
    if jax.default_backend() != "cpu":
        return lowered.compile()
    try:
        return lowered.compile(compiler_options=_BRIEF_OPTIONS if brief else _CPU_OPTIONS)
    except jax.errors.JaxRuntimeError:
        return lowered.compile()
