#include "password/words.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/hash_set.h"
#include "base/limits.h"
#include "io/decoder.h"

/* ---- of the user's name ---- */

static char upper(char c)
{
    return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

static void capitalised(struct str user, struct buf *ret)
{
    buf_putc(ret, upper(user.data[0]));
    buf_add(ret, str_from(user, 1));
}

static void shouted(struct str user, struct buf *ret)
{
    for (size_t i = 0; i < user.len; i++)
        buf_putc(ret, upper(user.data[i]));
}

static void reversed(struct str user, struct buf *ret)
{
    for (size_t i = user.len; i > 0; i--)
        buf_putc(ret, user.data[i - 1]);
}

/* The name made into something else, and what stands behind it. */
static const struct {
    void (*make)(struct str user, struct buf *ret); /* NULL: the name as it is */
    const char *suffix;
} variants[] = {
    {NULL, ""},         {NULL, "123"},        {NULL, "1"},           {NULL, "1234"},
    {NULL, "12345"},    {NULL, "123456"},     {NULL, "@123"},        {NULL, "!"},
    {NULL, "pass"},     {NULL, "password"},   {NULL, "_password"},   {NULL, "2024"},
    {NULL, "2025"},     {NULL, "@2024"},      {NULL, "@2025"},       {capitalised, ""},
    {capitalised, "1"}, {capitalised, "123"}, {capitalised, "@123"}, {capitalised, "123!"},
    {shouted, ""},      {reversed, ""},
};

static bool default_of(struct str user, unsigned n, struct buf *ret_word)
{
    for (const struct default_account *account = default_accounts; account->service; account++) {
        if (!str_is(user, account->user) || n--)
            continue;
        buf_puts(ret_word, account->password);
        return true;
    }
    return false;
}

bool words_of_user(struct str user, unsigned n, struct buf *ret_word)
{
    ret_word->len = 0;
    if (n == 0)
        return true;
    n--;
    if (user.len == 0 || user.len > LIMIT_PASSWORD_WORD)
        return false;
    if (n >= ARRAY_LEN(variants))
        return default_of(user, n - (unsigned)ARRAY_LEN(variants), ret_word);
    if (variants[n].make)
        variants[n].make(user, ret_word);
    else
        buf_add(ret_word, user);
    buf_puts(ret_word, variants[n].suffix);
    return true;
}

/* ---- ours ---- */

static struct hash_set common;
static size_t common_count;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void build_common(void)
{
    for (const char *const *word = common_words; *word; word++)
        hash_set_add(&common, hash_str(str_of(*word)));
    for (const struct default_account *account = default_accounts; account->service; account++)
        hash_set_add(&common, hash_str(str_of(account->password)));
    while (common_words[common_count])
        common_count++;
}

size_t words_common_count(void)
{
    pthread_once(&once, build_common);
    return common_count;
}

bool words_are_weak(struct str user, struct str password)
{
    AUTO_BUF word = {0};
    pthread_once(&once, build_common);
    if (password.len == 0 || hash_set_has(&common, hash_str(password)))
        return true;
    for (unsigned n = 1; words_of_user(user, n, &word); n++)
        if (str_equal(buf_str(&word), password))
            return true;
    return false;
}

/* ---- people's ---- */

enum { CHUNK = 64 * 1024 };

struct word_file {
    int fd;
    struct file_input input;
    struct decoder *decoder;
    struct str left; /* of the chunk */
    struct buf word; /* that straddles two chunks */
    char *chunk;
};

int word_file_open(const char *path, struct word_file **ret_file, struct pl_err *err)
{
    struct stat stat;
    char head[COMPRESSION_HEAD];
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return err_errno(err, errno, "%s", path);
    if (fstat(fd, &stat) < 0 || !S_ISREG(stat.st_mode)) {
        close(fd);
        return err_set(err, PL_E_USAGE, "%s: a list of words is a plain file", path);
    }
    ssize_t got = pread(fd, head, sizeof(head), 0);
    struct word_file *file = mem_zalloc(1, sizeof(*file));
    file->fd = fd;
    file->chunk = mem_alloc(CHUNK);
    file_input_init(&file->input, fd, 0, (uint64_t)stat.st_size);
    int r = decoder_new(compression_detect(str_make(head, got > 0 ? (size_t)got : 0)),
                        file_input_decoder(&file->input), &file->decoder, err);
    if (r < 0) {
        word_file_close(file);
        return err_prefix(err, "%s", path);
    }
    *ret_file = file;
    return 0;
}

/* Up to the next newline, behind what `word` holds. 0 at the end of all. */
static int take_line(struct word_file *file, struct str *ret_line, struct pl_err *err)
{
    file->word.len = 0;
    for (;;) {
        size_t end = str_index(file->left, '\n');
        struct str part = str_first(file->left, end);
        if (file->word.len <= LIMIT_PASSWORD_WORD)
            buf_add(&file->word, str_first(part, LIMIT_PASSWORD_WORD + 1));
        if (end != SIZE_MAX) {
            file->left = str_from(file->left, end + 1);
            break;
        }
        size_t len;
        int r = decoder_read(file->decoder, file->chunk, CHUNK, &len, err);
        if (r < 0)
            return r;
        file->left = str_make(file->chunk, len);
        if (len == 0 && file->word.len == 0)
            return 0;
        if (len == 0)
            break;
    }
    *ret_line = buf_str(&file->word);
    return 1;
}

int word_file_next(struct word_file *file, struct str *ret_word, struct pl_err *err)
{
    for (;;) {
        int r = take_line(file, ret_word, err);
        if (r <= 0)
            return r;
        if (str_ends(*ret_word, STR("\r")))
            ret_word->len--;
        if (ret_word->len && ret_word->len <= LIMIT_PASSWORD_WORD)
            return 1;
    }
}

void word_file_close(struct word_file *file)
{
    if (!file)
        return;
    if (file->decoder)
        decoder_free(file->decoder);
    file_input_free(&file->input);
    close(file->fd);
    buf_free(&file->word);
    free(file->chunk);
    free(file);
}
