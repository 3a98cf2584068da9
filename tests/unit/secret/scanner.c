/* The scanner's windows: a secret is found once, wherever it stands and however its bytes come. */
#include "secret/scanner.h"

#include "../test.h"
#include "base/buf.h"
#include "base/limits.h"

static struct secret_ruleset *set;
static struct secret_scanner *scanner;

/* An access key of Amazon's, of our own making. */
static const char KEY[] = "AKIA"
                          "CQTJKSZPRFK5CKNC";

static struct secret_found_list scan(struct str text, size_t chunk, bool size_known)
{
    struct secret_found_list list;
    struct pl_err err;
    secret_scanner_begin(scanner, (struct secret_place){.path = STR("a/file")},
                         size_known ? text.len : 0);
    for (size_t at = 0; at < text.len; at += chunk)
        secret_scanner_add(scanner, str_first(str_from(text, at), chunk));
    CHECK_INT(secret_scanner_end(scanner, &list, &err), 0);
    return list;
}

static void check_place(size_t before, size_t after, size_t chunk, bool size_known, char fill)
{
    AUTO_BUF text = {0};
    memset(buf_reserve(&text, before + 1), fill, before);
    text.len = before;
    if (before)
        text.data[before - 1] = '\n';
    buf_puts(&text, KEY);
    buf_putc(&text, '\n');
    for (size_t i = 0; i < after; i++)
        buf_putc(&text, fill);
    struct secret_found_list list = scan(buf_str(&text), chunk, size_known);
    if (list.count != 1 || list.items[0].start != before || list.items[0].end != before + 20)
        FAIL("at %zu, %zu behind it, chunks of %zu: %zu found", before, after, chunk, list.count);
    else if (list.items[0].line != (before ? 2 : 1) || list.items[0].column != 1)
        FAIL("at %zu: line %u, column %u", before, list.items[0].line, list.items[0].column);
}

static void edges(void)
{
    static const size_t chunks[] = {4096, 65536, 100000, 262144};
    for (size_t c = 0; c < ARRAY_LEN(chunks); c++)
        for (size_t around = 0; around < 48; around += 3)
            for (size_t known = 0; known < 2; known++) {
                check_place(chunks[c] - 24 + around, 0, chunks[c], known, 'x');
                check_place(chunks[c] - 24 + around, 300, chunks[c], known, 'x');
                check_place(2 * chunks[c] - 24 + around, chunks[c], chunks[c], known, ' ');
            }
    check_place(0, 0, 1, true, 'x');
    check_place(0, 10, 7, false, 'x');
    check_place(131072 - 10, 70000, 4097, false, 'y');
}

static void put_units(struct buf *text, const char *ascii, bool big)
{
    for (; *ascii; ascii++) {
        buf_putc(text, big ? '\0' : *ascii);
        buf_putc(text, big ? *ascii : '\0');
    }
}

/* Characters of four bytes in front, so that pairs stand across the edges of chunks. */
static void check_utf16(size_t before, size_t chunk, bool big, bool size_known)
{
    AUTO_BUF text = {0};
    buf_add(&text, big ? STR("\xfe\xff") : STR("\xff\xfe"));
    put_units(&text, "x", big);
    for (size_t i = 0; i < before; i++)
        buf_add(&text, big ? STR("\xd8\x3d\xde\x00") : STR("\x3d\xd8\x00\xde"));
    put_units(&text, "\r\n", big);
    put_units(&text, KEY, big);
    put_units(&text, "\r\n", big);
    struct secret_found_list list = scan(buf_str(&text), chunk, size_known);
    if (list.count != 1 || list.items[0].line != 2 || list.items[0].column != 1)
        FAIL("UTF-16, %zu before it, chunks of %zu: %zu found, line %u", before, chunk, list.count,
             list.count ? list.items[0].line : 0);
}

static void utf16(void)
{
    static const size_t chunks[] = {1, 7, 4096, 65535, 65536, 100001};
    for (size_t c = 0; c < ARRAY_LEN(chunks); c++)
        for (unsigned how = 0; how < 4; how++) {
            check_utf16(0, chunks[c], how & 1, how & 2);
            check_utf16(1000, chunks[c], how & 1, how & 2);
            check_utf16(chunks[c] / 4 + 5, chunks[c], how & 1, how & 2);
            check_utf16(40000, chunks[c], how & 1, how & 2);
        }
}

/* A token that goes on behind the edge is none, on both sides of it. */
static void no_halves(void)
{
    AUTO_BUF text = {0};
    for (size_t at = 65536 - 40; at < 65536 + 20; at++) {
        text.len = 0;
        memset(buf_reserve(&text, at), ' ', at);
        text.len = at;
        buf_puts(&text, KEY);
        buf_puts(&text, "QQQQQQQQ"); /* longer than a key is */
        memset(buf_reserve(&text, 70000), ' ', 70000);
        text.len += 70000;
        CHECK_INT(scan(buf_str(&text), 65536, false).count, 0);
    }
}

static void lines(void)
{
    AUTO_BUF text = {0};
    for (int i = 0; i < 30000; i++)
        buf_puts(&text, "a line of a file\n");
    buf_printf(&text, "key: %s\n", KEY);
    struct secret_found_list list = scan(buf_str(&text), 65536, true);
    CHECK_INT(list.count, 1);
    if (list.count) {
        CHECK_INT(list.items[0].line, 30001);
        CHECK_INT(list.items[0].column, 6);
        CHECK(str_find(list.items[0].excerpt, STR("TJKSZ")) == SIZE_MAX);
    }
    buf_putc(&text, '\0'); /* far behind the head: still a text */
    CHECK_INT(scan(buf_str(&text), 65536, true).items[0].line, 30001);
    text.data[100] = '\0';
    CHECK_INT(scan(buf_str(&text), 65536, true).items[0].line, 0);
}

/* Work is bounded where everything looks like a secret, and that is told. */
static void hostile(void)
{
    struct secret_found_list list;
    struct pl_err err;
    AUTO_BUF text = {0};
    for (int i = 0; i < 60000; i++)
        buf_puts(&text, "AKIAAAAAAAAAAAAAAAAA ");
    secret_scanner_begin(scanner, (struct secret_place){.path = STR("a/file")}, text.len);
    secret_scanner_add(scanner, buf_str(&text));
    CHECK_INT(secret_scanner_end(scanner, &list, &err), -PL_E_LIMIT);
    CHECK(err.limit && strcmp(err.limit, "LIMIT_SECRET_CANDIDATES") == 0);
    CHECK(strstr(err.message, "aws-access-key-id") != NULL);
    CHECK_INT(list.count, 0);
}

/* One line of many megabytes, of what patterns like best. */
static void long_line(void)
{
    static const char part[] = "password=\"secret_token:api_key=eyJhbGciOi.AKIA-----BEGIN ";
    AUTO_BUF text = {0};
    struct secret_found_list list;
    struct pl_err err;
    while (text.len < 1 << 20)
        buf_puts(&text, part);
    secret_scanner_begin(scanner, (struct secret_place){.path = STR("a/file")}, 0);
    for (int i = 0; i < 16; i++)
        secret_scanner_add(scanner, buf_str(&text));
    secret_scanner_add(scanner, STR(" AKIA"
                                    "CQTJKSZPRFK5CKNC "));
    int r = secret_scanner_end(scanner, &list, &err);
    CHECK(r == 0 || r == -PL_E_LIMIT);
    bool found = false;
    for (size_t i = 0; i < list.count; i++)
        found = found || strcmp(list.items[i].rule->id, "aws-access-key-id") == 0;
    CHECK(found);
}

int main(void)
{
    struct pl_err err;
    if (secret_ruleset_new(&set, &err) < 0 || secret_ruleset_seal(set, &err) < 0) {
        printf("FAIL %s\n", err.message);
        return 1;
    }
    scanner = secret_scanner_new(set);
    RUN(edges);
    RUN(utf16);
    RUN(no_halves);
    RUN(lines);
    RUN(hostile);
    RUN(long_line);
    secret_scanner_free(scanner);
    secret_ruleset_free(set);
    return test_end();
}
