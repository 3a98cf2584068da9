/* Licences: expressions, names and texts. What is printed is read again as the same. */
#include <stdint.h>
#include <stdlib.h>

#include "license/expression.h"
#include "license/names.h"
#include "license/texts.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_canonical(struct str text)
{
    if (text.len && !license_is_expression(text))
        abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena arena = {0};
    struct license_expression expression;
    struct str text = str_make((const char *)data, size), *made;
    size_t count;
    AUTO_BUF printed = {0};
    if (license_parse(&arena, text, &expression, NULL) == 0) {
        license_print(&printed, &expression);
        check_canonical(buf_str(&printed));
    }
    enum package_type type = (enum package_type)(size ? data[0] % PACKAGE_TYPE_COUNT : 0);
    check_canonical(license_normalize(&arena, text, type));
    struct str parts[2] = {str_first(text, size / 2), str_from(text, size / 2)};
    license_normalize_list(&arena, parts, 2, type, size % 2, &made, &count);
    license_recognize(&arena, text);
    arena_free(&arena);
    return 0;
}
