#define _GNU_SOURCE
#include "clinux_namespaces.h"

#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "retry.h"

int clinux_unshare(int flags) { return CLINUX_ONCE(unshare(flags)); }

int clinux_setns(int fd, int type) { return CLINUX_ONCE(setns(fd, type)); }

int clinux_make_mounts_private(void) {
    return CLINUX_ONCE(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL));
}

// Whom the process that waits ends when it is told to end itself: by then all that the child had
// started is gone too, which is more than the death of the one that waits would say.
static volatile pid_t awaited;

static void end_awaited(int number) {
    (void)number;
    kill(awaited, SIGKILL);
}

int clinux_become_init(void) {
    int result = CLINUX_ONCE(unshare(CLONE_NEWPID));
    if (result < 0) return result;
    pid_t child = fork();
    if (child < 0) return -errno;
    if (child == 0) return CLINUX_ONCE(prctl(PR_SET_PDEATHSIG, SIGKILL));
    // What the child reads must end for it when it ends for the caller's caller, not with us.
    close(0);
    close(1);
    signal(SIGINT, SIG_IGN);
    awaited = child;
    struct sigaction action = {.sa_handler = end_awaited};
    sigaction(SIGTERM, &action, NULL);
    int status = 0;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR) {}
    _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

int clinux_mount_over(const char *type, const char *target) {
    return CLINUX_ONCE(mount(type, target, type, MS_NOSUID | MS_NODEV, NULL));
}
