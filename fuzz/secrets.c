/* Secrets: what is found does not depend on how the bytes come. The first byte says in which
 * pieces, and whether the rest stands behind a long run of spaces, so that windows end in the
 * middle of it, or is the file (in UTF-16, perhaps, of which a byte may become one and a half). */
#include <stdint.h>
#include <stdlib.h>

#include "base/buf.h"
#include "secret/scanner.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { BEFORE = 65536, MOST = 20000 };

static struct secret_found_list scan(struct secret_scanner *scanner, struct str text, size_t piece,
                                     bool known)
{
    struct secret_found_list list;
    struct pl_err err = {0};
    secret_scanner_begin(scanner, (struct secret_place){.path = STR("a/file")},
                         known ? text.len : 0);
    for (size_t at = 0; at < text.len; at += piece)
        secret_scanner_add(scanner, str_first(str_from(text, at), piece));
    if (secret_scanner_end(scanner, &list, &err) < 0 && !err.message[0])
        abort();
    return list;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct secret_ruleset *set;
    static struct secret_scanner *scanners[2];
    struct pl_err err;
    if (size == 0 || size > MOST)
        return 0;
    if (!set) {
        if (secret_ruleset_new(&set, &err) < 0 || secret_ruleset_seal(set, &err) < 0)
            abort();
        scanners[0] = secret_scanner_new(set);
        scanners[1] = secret_scanner_new(set);
    }
    AUTO_BUF text = {0};
    size_t before = data[0] & 4 ? 0 : BEFORE - (size - 1) % 200 - data[0];
    memset(buf_reserve(&text, before + 1), ' ', before);
    text.len = before;
    buf_add(&text, str_make((const char *)data + 1, size - 1));
    size_t piece = data[0] & 1 ? BEFORE : 4096U + data[0];
    struct secret_found_list whole = scan(scanners[0], buf_str(&text), text.len, true);
    struct secret_found_list parts = scan(scanners[1], buf_str(&text), piece, data[0] & 2);
    if (whole.count != parts.count)
        abort();
    for (size_t i = 0; i < whole.count; i++)
        if (whole.items[i].rule != parts.items[i].rule ||
            whole.items[i].start != parts.items[i].start ||
            whole.items[i].line != parts.items[i].line || whole.items[i].end > text.len * 3 / 2 + 3)
            abort();
    return 0;
}
