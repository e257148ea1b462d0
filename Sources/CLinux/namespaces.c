#define _GNU_SOURCE
#include "clinux_namespaces.h"

#include <sched.h>
#include <stddef.h>
#include <sys/mount.h>

#include "retry.h"

int clinux_unshare(int flags) { return CLINUX_ONCE(unshare(flags)); }

int clinux_setns(int fd, int type) { return CLINUX_ONCE(setns(fd, type)); }

int clinux_make_mounts_private(void) {
    return CLINUX_ONCE(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}
