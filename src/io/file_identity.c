#include "io/file_identity.h"

#include <linux/magic.h>
#include <sys/stat.h>
#include <sys/vfs.h>

#include "base/clock.h"
#include "base/mem.h"

static const int64_t SECOND = 1000000000;

static int64_t nanoseconds(struct timespec time)
{
    int64_t seconds;
    if (__builtin_mul_overflow((int64_t)time.tv_sec, SECOND, &seconds))
        return 0;
    return seconds + time.tv_nsec;
}

/* Times of files have the grain of the kernel's tick, or of seconds where the file system keeps no
 * finer ones: two changes within one grain look like one. */
static bool is_settled(int64_t changed)
{
    int64_t grain = changed % SECOND ? SECOND / 10 : 2 * SECOND, age;
    return !__builtin_sub_overflow(clock_system(), changed, &age) && age > grain;
}

/* File systems of this machine's own kernel. Others (of the network, FUSE, FAT) have times that a
 * server or a person makes up, or none. */
static bool keeps_times(int fd)
{
    static const unsigned long known[] = {
        EXT4_SUPER_MAGIC,
        XFS_SUPER_MAGIC,
        BTRFS_SUPER_MAGIC,
        F2FS_SUPER_MAGIC,
        TMPFS_MAGIC,
        OVERLAYFS_SUPER_MAGIC,
        RAMFS_MAGIC,
        0x2fc12fc1UL /* ZFS */,
        0xca451a4eUL /* bcachefs */,
    };
    struct statfs status;
    if (fstatfs(fd, &status) < 0)
        return false;
    for (size_t i = 0; i < ARRAY_LEN(known); i++)
        if (((unsigned long)status.f_type & 0xffffffffUL) == known[i])
            return true;
    return false;
}

bool file_identity_get(int fd, uint64_t offset, uint64_t length, struct file_identity *ret)
{
    struct stat status;
    if (fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || status.st_nlink == 0 ||
        !keeps_times(fd))
        return false;
    *ret = (struct file_identity){
        .device = status.st_dev,
        .inode = status.st_ino,
        .size = (uint64_t)status.st_size,
        .modified = nanoseconds(status.st_mtim),
        .changed = nanoseconds(status.st_ctim),
        .offset = offset,
        .length = length,
    };
    ret->settled = is_settled(ret->changed);
    return true;
}

bool file_identity_equal(const struct file_identity *a, const struct file_identity *b)
{
    return a->device == b->device && a->inode == b->inode && a->size == b->size &&
           a->modified == b->modified && a->changed == b->changed && a->offset == b->offset &&
           a->length == b->length;
}
