/* Which bytes of which file: told apart after every change. */
#include "io/file_identity.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "../vulndb/scratch.h"
#include "test.h"

static int make_file(void)
{
    int fd = open(scratch_file("file"), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    CHECK_INT(write(fd, "abcdef", 6), 6);
    return fd;
}

/* Until a change to come has another time. */
static void settle(int fd, struct file_identity *ret)
{
    do
        CHECK(file_identity_get(fd, 1, 2, ret));
    while (!ret->settled);
}

static void stays_and_changes(void)
{
    struct file_identity first, again;
    struct timespec times[2];
    struct stat status;
    scratch_make();
    int fd = make_file();
    CHECK(file_identity_get(fd, 1, 2, &first));
    CHECK(!first.settled); /* it was written just now */
    settle(fd, &first);
    CHECK(file_identity_get(fd, 1, 2, &again));
    CHECK(file_identity_equal(&first, &again));
    CHECK(file_identity_get(fd, 1, 3, &again));
    CHECK(!file_identity_equal(&first, &again));
    CHECK(file_identity_get(fd, 0, 2, &again));
    CHECK(!file_identity_equal(&first, &again));
    fstat(fd, &status);
    CHECK_INT(pwrite(fd, "x", 1, 0), 1); /* as long, and its time of modification put back */
    times[0] = times[1] = status.st_mtim;
    CHECK_INT(futimens(fd, times), 0);
    CHECK(file_identity_get(fd, 1, 2, &again));
    CHECK(again.modified == first.modified && again.size == first.size);
    CHECK(!file_identity_equal(&first, &again));
    close(fd);
    scratch_remove();
}

static void has_none(void)
{
    struct file_identity identity;
    int ends[2];
    scratch_make();
    int fd = make_file();
    unlink(scratch_file("file"));
    CHECK(!file_identity_get(fd, 0, 6, &identity)); /* without a name */
    close(fd);
    CHECK_INT(pipe(ends), 0);
    CHECK(!file_identity_get(ends[0], 0, 0, &identity));
    close(ends[0]);
    close(ends[1]);
    fd = open("/proc/version", O_RDONLY | O_CLOEXEC); /* its times are those of the question */
    CHECK(!file_identity_get(fd, 0, 1, &identity));
    close(fd);
    scratch_remove();
}

int main(void)
{
    RUN(stays_and_changes);
    RUN(has_none);
    return test_end();
}
