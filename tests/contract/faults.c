/* A disk that fails at the n-th write, sync, rename or truncation below a folder, for the process that preloads this.

   fault_arm says which, and fault_fired whether it came to that. Whatever the process uses (SQLite, Python) meets the
   error where the kernel would have given it. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

enum { WRITE = 1, SYNC = 2, RENAME = 4, TRUNCATE = 8 };

static int armed_kinds, nth, seen, error_given, from_then_on, fired;
static char below[4096];

/* error: an errno, or 0 to die there and then; lasting: every later call fails as well. */
void fault_arm(int kinds, int n, int error, int lasting, const char *folder) {
    seen = fired = 0;
    nth = n, error_given = error, from_then_on = lasting;
    strncpy(below, folder, sizeof below - 1);
    armed_kinds = kinds;
}

int fault_fired(void) {
    armed_kinds = 0;
    return fired;
}

static int fails_at(int kind, const char *path) {
    if (!(armed_kinds & kind) || strncmp(path, below, strlen(below)) != 0) return 0;
    seen++;
    if (seen != nth && !(from_then_on && seen > nth)) return 0;
    fired = 1;
    if (error_given == 0) kill(getpid(), SIGKILL);
    errno = error_given;
    return 1;
}

static int fails(int kind, int fd) {
    char link[64], path[4096];
    if (!(armed_kinds & kind)) return 0;
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t length = readlink(link, path, sizeof path - 1);
    if (length < 0) return 0;
    path[length] = 0;
    return fails_at(kind, path);
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

/* A write that fails has left half of its bytes behind. */
ssize_t write(int fd, const void *data, size_t count) {
    if (!fails(WRITE, fd)) return REAL(write)(fd, data, count);
    int error = errno;
    REAL(write)(fd, data, count / 2);
    errno = error;
    return -1;
}

ssize_t pwrite(int fd, const void *data, size_t count, off_t at) {
    if (!fails(WRITE, fd)) return REAL(pwrite)(fd, data, count, at);
    int error = errno;
    REAL(pwrite)(fd, data, count / 2, at);
    errno = error;
    return -1;
}

ssize_t pwrite64(int fd, const void *data, size_t count, off64_t at) {
    if (!fails(WRITE, fd)) return REAL(pwrite64)(fd, data, count, at);
    int error = errno;
    REAL(pwrite64)(fd, data, count / 2, at);
    errno = error;
    return -1;
}

int fsync(int fd) { return fails(SYNC, fd) ? -1 : REAL(fsync)(fd); }
int fdatasync(int fd) { return fails(SYNC, fd) ? -1 : REAL(fdatasync)(fd); }
int ftruncate(int fd, off_t length) { return fails(TRUNCATE, fd) ? -1 : REAL(ftruncate)(fd, length); }
int ftruncate64(int fd, off64_t length) { return fails(TRUNCATE, fd) ? -1 : REAL(ftruncate64)(fd, length); }
int rename(const char *from, const char *to) { return fails_at(RENAME, to) ? -1 : REAL(rename)(from, to); }
int link(const char *from, const char *to) { return fails_at(RENAME, to) ? -1 : REAL(link)(from, to); }
