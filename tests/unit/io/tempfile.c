/* Files that appear whole or not at all. */
#include "io/tempfile.h"

#include <sys/stat.h>

#include "../vulndb/scratch.h"

static void committed(void)
{
    AUTO_TEMPFILE file = TEMPFILE_NONE;
    struct pl_err err;
    CHECK_INT(tempfile_create(scratch_file("out"), &file, &err), 0);
    CHECK(access(scratch_file("out"), F_OK) != 0);
    CHECK_INT(write(file.fd, "abc", 3), 3);
    CHECK_INT(tempfile_commit(&file, &err), 0);
    struct stat st;
    CHECK_INT(stat(scratch_file("out"), &st), 0);
    CHECK_INT(st.st_size, 3);
    CHECK_INT(scratch_count(), 1);
    tempfile_discard(&file); /* harmless */
    CHECK_INT(scratch_count(), 1);
}

static void discarded(void)
{
    struct pl_err err;
    {
        AUTO_TEMPFILE file = TEMPFILE_NONE;
        CHECK_INT(tempfile_create(scratch_file("gone"), &file, &err), 0);
        CHECK_INT(scratch_count(), 2);
    }
    CHECK_INT(scratch_count(), 1);
    struct tempfile file;
    CHECK(tempfile_create(scratch_file("no/such"), &file, &err) < 0);
}

static void from_a_signal_handler(void)
{
    struct tempfile files[3];
    struct pl_err err;
    for (int i = 0; i < 3; i++)
        CHECK_INT(tempfile_create(scratch_file("x"), &files[i], &err), 0);
    CHECK_INT(scratch_count(), 4);
    tempfile_unlink_all();
    CHECK_INT(scratch_count(), 1);
    for (int i = 0; i < 3; i++)
        tempfile_discard(&files[i]);
}

int main(void)
{
    scratch_make();
    RUN(committed);
    RUN(discarded);
    RUN(from_a_signal_handler);
    scratch_remove();
    return test_end();
}
