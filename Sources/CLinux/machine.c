#define _GNU_SOURCE
#include "clinux_machine.h"

#include <fcntl.h>
#include <stddef.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/syscall.h>
#include <termios.h>
#include <unistd.h>

#include "retry.h"

int clinux_mount(const char *type, const char *target, const char *options) {
    return CLINUX_ONCE(mount(type, target, type, 0, options));
}

int clinux_load_module(const char *path) {
    int fd = CLINUX_RETRY(open(path, O_RDONLY | O_CLOEXEC));
    if (fd < 0) return fd;
    int result = CLINUX_ONCE((int)syscall(SYS_finit_module, fd, "", 0));
    close(fd);
    return result;
}

int clinux_open_new(const char *path) {
    return CLINUX_RETRY(open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
}

int clinux_open_serial(const char *path) {
    int fd = CLINUX_RETRY(open(path, O_WRONLY | O_NOCTTY | O_CLOEXEC));
    if (fd < 0) return fd;
    struct termios settings;
    int result = CLINUX_ONCE(tcgetattr(fd, &settings));
    if (result == 0) {
        cfmakeraw(&settings);
        settings.c_cflag |= CLOCAL;
        cfsetspeed(&settings, B115200);
        result = CLINUX_RETRY(tcsetattr(fd, TCSANOW, &settings));
    }
    if (result == 0) return fd;
    close(fd);
    return result;
}

int clinux_end_machine(int by_reset) {
    return CLINUX_ONCE(reboot(by_reset ? RB_AUTOBOOT : RB_POWER_OFF));
}
