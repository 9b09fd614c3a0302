"""Bodies and things that have mass: pushing, dropping and stacking, by MuJoCo (extra `physics`)."""

from coterie.environments.virtual.physics.dynamics import Dynamics

__all__ = ["Dynamics"]
