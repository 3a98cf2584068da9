#include "app/sweep_journal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/limits.h"
#include "io/tempfile.h"
#include "io/whole_file.h"

struct sweep_journal {
    int fd;
    char *path;
    json_t *known; /* by digest */
};

/* Of the whole lines; how many bytes they are. A line that was cut off when the process was killed
 * is the last one. */
static size_t read_lines(struct sweep_journal *journal, struct str text, struct str key)
{
    size_t at = 0;
    for (bool first = true; at < text.len; first = false) {
        AUTO_JSON *line = NULL;
        struct pl_err ignored;
        size_t end = str_index(str_from(text, at), '\n');
        if (end == SIZE_MAX)
            break;
        if (json_document(str_make(text.data + at, end), &line, &ignored) < 0)
            break;
        if (first && !str_equal(json_text(line, "key"), key))
            return 0;
        if (!first) {
            struct str digest = json_text(line, "digest");
            json_t *result = json_member(line, "result");
            if (digest.len == 0 || !result)
                break;
            json_object_setn(journal->known, digest.data, digest.len, result);
        }
        at += end + 1;
    }
    return at;
}

static int write_line(struct sweep_journal *journal, const json_t *line, struct pl_err *err)
{
    AUTO_BUF text = {0};
    char *dumped = json_dumps(line, JSON_COMPACT);
    if (!dumped)
        return err_set(err, PL_E_FAULT, "a line of the journal cannot be made");
    buf_puts(&text, dumped);
    buf_putc(&text, '\n');
    free(dumped);
    int r = tempfile_write(journal->fd, buf_str(&text), err);
    if (r == 0 && fdatasync(journal->fd) < 0)
        r = err_errno(err, errno, "cannot write");
    return r < 0 ? err_prefix(err, "%s", journal->path) : 0;
}

static int begin(struct sweep_journal *journal, struct str key, struct pl_err *err)
{
    AUTO_JSON *line =
        json_pack("{s:s, s:s%}", "schema", "plimsoll.sweep-journal/1", "key", key.data, key.len);
    if (ftruncate(journal->fd, 0) < 0 || lseek(journal->fd, 0, SEEK_SET) < 0)
        return err_errno(err, errno, "%s can't be written", journal->path);
    json_object_clear(journal->known);
    return write_line(journal, line, err);
}

static int open_file(struct sweep_journal *journal, struct pl_err *err)
{
    journal->fd = open(journal->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (journal->fd < 0)
        return err_errno(err, errno, "%s can't be written", journal->path);
    if (flock(journal->fd, LOCK_EX | LOCK_NB) < 0)
        return err_set(err, PL_E_IO, "another sweep of this registry is running (%s is locked)",
                       journal->path);
    return 0;
}

int sweep_journal_open(const char *path, struct str key, bool restart,
                       struct sweep_journal **ret_journal, struct pl_err *err)
{
    struct sweep_journal *journal = mem_zalloc(1, sizeof(*journal));
    AUTO_BUF text = {0};
    struct pl_err ignored;
    journal->path = str_dup(str_of(path));
    journal->known = json_object();
    int r = open_file(journal, err);
    size_t good = 0;
    if (r == 0 && !restart &&
        whole_file_read(path, LIMIT_SWEEP_JOURNAL, LIMIT_NAME(LIMIT_SWEEP_JOURNAL), &text,
                        &ignored) == 0)
        good = read_lines(journal, buf_str(&text), key);
    if (r == 0 && good == 0)
        r = begin(journal, key, err);
    else if (r == 0 && (ftruncate(journal->fd, (off_t)good) < 0 ||
                        lseek(journal->fd, (off_t)good, SEEK_SET) < 0))
        r = err_errno(err, errno, "%s can't be written", path);
    if (r < 0)
        sweep_journal_close(journal, false);
    else
        *ret_journal = journal;
    return r;
}

void sweep_journal_close(struct sweep_journal *journal, bool finished)
{
    if (!journal)
        return;
    if (finished)
        unlink(journal->path);
    if (journal->fd >= 0)
        close(journal->fd);
    json_decref(journal->known);
    free(journal->path);
    free(journal);
}

json_t *sweep_journal_find(const struct sweep_journal *journal, struct str digest)
{
    json_t *result = json_object_getn(journal->known, digest.data, digest.len);
    return result ? json_incref(result) : NULL;
}

int sweep_journal_add(struct sweep_journal *journal, struct str digest, json_t *result,
                      struct pl_err *err)
{
    AUTO_JSON *line = json_pack("{s:s%, s:O}", "digest", digest.data, digest.len, "result", result);
    return write_line(journal, line, err);
}
