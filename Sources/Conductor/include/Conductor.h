#pragma once

// Nothing is called from outside: the library is preloaded into QEMU (LD_PRELOAD), see conductor.c.

/// The line that the library writes to standard error once both threads play by it.
#define CONDUCTOR_GREETING "etimedout-conductor: conducting\n"
