/// Namespaces. See unshare(2), setns(2), user_namespaces(7), network_namespaces(7).
#pragma once

static const int CLINUX_CLONE_NEWNS = 0x00020000;
static const int CLINUX_CLONE_NEWUSER = 0x10000000;
static const int CLINUX_CLONE_NEWNET = 0x40000000;

int clinux_unshare(int flags);
int clinux_setns(int fd, int type);

/// Marks every mount of the calling thread's mount namespace private, so that nothing mounted
/// later shows outside.
int clinux_make_mounts_private(void);

/// Makes a process-id namespace whose first process is a child of the caller, and returns 0 in that
/// child alone. The caller itself waits for it and ends as it ends. The child dies with the caller,
/// and with the child everything in the namespace.
///
/// To be called before anything starts a thread. See pid_namespaces(7).
int clinux_become_init(void);

/// Mounts a file system without a device, such as "proc" or "tmpfs", over a folder.
int clinux_mount_over(const char *type, const char *target);
