/* A folder of the test's own, removed at its end. */
#pragma once

#include <dirent.h>
#include <unistd.h>

#include "test.h"

static char scratch_path[256];

static inline const char *scratch_make(void)
{
    const char *base = getenv("TMPDIR");
    snprintf(scratch_path, sizeof(scratch_path), "%s/plimsoll-test.XXXXXX", base ? base : "/tmp");
    if (!mkdtemp(scratch_path)) {
        perror(scratch_path);
        exit(1);
    }
    return scratch_path;
}

static inline const char *scratch_file(const char *name)
{
    static char path[4][512];
    static int next;
    next = (next + 1) % 4;
    snprintf(path[next], sizeof(path[next]), "%s/%s", scratch_path, name);
    return path[next];
}

static inline int scratch_count(void)
{
    int count = 0;
    DIR *dir = opendir(scratch_path);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
        count += strcmp(entry->d_name, ".") && strcmp(entry->d_name, "..");
    if (dir)
        closedir(dir);
    return count;
}

static inline void scratch_remove(void)
{
    DIR *dir = opendir(scratch_path);
    for (struct dirent *entry = dir ? readdir(dir) : NULL; entry; entry = readdir(dir))
        unlink(scratch_file(entry->d_name));
    if (dir)
        closedir(dir);
    rmdir(scratch_path);
}
