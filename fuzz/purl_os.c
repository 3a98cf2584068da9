/* The operating system as os-release tells it, its support and namespaces, and package URLs. The
 * bytes are every file that is asked for. */
#include <stdint.h>
#include <stdlib.h>

#include "catalog/os.h"
#include "model/purl.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct bytes {
    struct str text, file; /* the one file that there is, or all */
};

static bool get(void *context, const char *path, struct str *ret_content)
{
    const struct bytes *bytes = context;
    if (bytes->file.len && !str_is(bytes->file, path))
        return false;
    *ret_content = bytes->text;
    return true;
}

static void each(void *context, const char *pattern,
                 void (*visit)(void *visit_context, struct str content), void *visit_context)
{
    const struct bytes *bytes = context;
    (void)pattern;
    visit(visit_context, bytes->text);
}

static void try_file(struct str text, const char *file)
{
    struct arena arena = {0};
    struct bytes bytes = {text, str_of(file)};
    struct os_files files = {.context = &bytes, .get = get, .each = each};
    struct os_info os = {0};
    if (os_detect(&arena, &os, &files) == 1) {
        struct os_namespace *spaces = NULL;
        struct str date, stream;
        size_t count = 0;
        os_end_of_life(&os, &date, &stream);
        os_namespaces(&os, &arena, &spaces, &count);
        for (size_t i = 0; i < count; i++)
            if (spaces[i].name.len == 0)
                abort();
    }
    struct package package = {
        .name = str_first(text, 40), .version = str_from(text, 20), .source_name = os.id};
    for (int type = 0; type < PACKAGE_TYPE_COUNT; type++) {
        package.type = (enum package_type)type;
        struct str purl = purl_of(&arena, &package, &os);
        if (!str_starts(purl, STR("pkg:")))
            abort();
        for (size_t i = 0; i < purl.len; i++)
            if (purl.data[i] <= ' ' || purl.data[i] == 0x7f)
                abort(); /* purl-spec: everything else is percent-encoded */
    }
    arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const files[] = {
        "",
        "etc/os-release",
        "usr/lib/os-release",
        "etc/debian_version",
        "etc/alpine-release",
        "etc/redhat-release",
        "etc/centos-release",
        "etc/lsb-release",
        "etc/SuSE-release",
        "etc/apk/repositories",
    };
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
        try_file(str_make((const char *)data, size), files[i]);
    return 0;
}
