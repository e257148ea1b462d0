#define _GNU_SOURCE
#include "clinux_machine.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#ifdef __x86_64__
#include <sys/io.h>
#endif
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/reboot.h>
#include <sys/stat.h>
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

#ifdef __x86_64__
int clinux_allow_ports(unsigned long first, unsigned long count, int allowed) {
    return CLINUX_ONCE(ioperm(first, count, allowed));
}

void clinux_out_byte(unsigned short port, unsigned char value) { outb(value, port); }

void clinux_out_word(unsigned short port, unsigned short value) { outw(value, port); }

void clinux_in_bytes(unsigned short port, void *bytes, unsigned long count) {
    insb(port, bytes, count);
}
#else
int clinux_allow_ports(unsigned long first, unsigned long count, int allowed) {
    (void)allowed;
    (void)first;
    (void)count;
    return -ENOSYS;
}

void clinux_out_byte(unsigned short port, unsigned char value) {
    (void)port;
    (void)value;
}

void clinux_out_word(unsigned short port, unsigned short value) {
    (void)port;
    (void)value;
}

void clinux_in_bytes(unsigned short port, void *bytes, unsigned long count) {
    (void)port;
    (void)bytes;
    (void)count;
}
#endif

void *clinux_map_file(const char *path, unsigned long *size) {
    int fd = CLINUX_RETRY(open(path, O_RDWR | O_CLOEXEC));
    if (fd < 0) return NULL;
    struct stat status;
    void *address = MAP_FAILED;
    if (fstat(fd, &status) == 0) {
        *size = (unsigned long)status.st_size;
        address = mmap(NULL, *size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    }
    int failure = errno;
    close(fd);
    errno = failure;
    return address == MAP_FAILED ? NULL : address;
}

void clinux_publish(void *place, unsigned long long number) {
    __atomic_store_n((unsigned long long *)place, number, __ATOMIC_RELEASE);
}

int clinux_end_machine(int by_reset) {
    return CLINUX_ONCE(reboot(by_reset ? RB_AUTOBOOT : RB_POWER_OFF));
}
