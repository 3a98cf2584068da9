/* The patterns of data/programs/programs.toml: its own examples, in the middle of other bytes and
 * across windows, and Hyperscan's answer against PCRE2's. */
#include "base/buf.h"
#include "catalog/program_table.h"
#include "io/hyperscan.h"
#include "io/pcre.h"
#include "io/toml.h"
#include "test.h"

static json_t *read_data(void)
{
    AUTO_BUF text = {0};
    struct pl_err err;
    json_t *root = NULL;
    FILE *file = fopen("data/programs/programs.toml", "r");
    CHECK(file != NULL);
    if (!file)
        return NULL;
    for (size_t got = 1; got; text.len += got)
        got = fread(buf_reserve(&text, 65536), 1, 65536, file);
    fclose(file);
    CHECK_INT(toml_document(buf_str(&text), &root, &err), 0);
    return root;
}

static const struct program *find_program(const char *name)
{
    for (const struct program *program = programs; program->name; program++)
        if (strcmp(program->name, name) == 0)
            return program;
    return NULL;
}

/* What both engines find of a program in the text, with `before` bytes in front of it. */
static void scan_both(const struct program *program, struct str text, size_t before, bool at_start,
                      struct str want)
{
    AUTO_BUF bytes = {0};
    struct program_found fast = {.program = program}, slow = {.program = program};
    struct pl_err err;
    char *front = buf_reserve(&bytes, before + 1);
    memset(front, at_start ? ' ' : 0, before);
    bytes.len = before;
    buf_add(&bytes, text);
    buf_reserve(&bytes, 64);
    memset(bytes.data + bytes.len, 0, 64);
    bytes.len += 64;
    struct content content = content_of_bytes(buf_str(&bytes));
    CHECK_INT(program_scan(&content, &fast, 1, &err), 0);
    CHECK_INT(program_scan_slowly(&content, &slow, 1, &err), 0);
    CHECK_STR(str_of(fast.version), want.len ? want.data : "");
    CHECK_STR(str_of(slow.version), want.len ? want.data : "");
}

static void examples_tell_their_versions(void)
{
    AUTO_JSON *root = read_data();
    size_t index, examples = 0;
    json_t *entry, *text;
    const char *version;
    json_array_foreach(json_list(root, "program"), index, entry)
    {
        const struct program *program = find_program(json_text(entry, "name").data);
        CHECK(program != NULL);
        if (!program || !program->patterns)
            continue;
        CHECK(json_object_size(json_member(entry, "examples")) > 0);
        json_object_foreach(json_member(entry, "examples"), version, text)
        {
            struct str bytes = str_make(json_string_value(text), json_string_length(text));
            bool anchored = strchr(program->patterns[0], '^') != NULL;
            examples++;
            scan_both(program, bytes, 0, true, str_of(version));
            if (anchored)
                continue;
            /* Across the end of a window of 256 KiB, at every place. */
            for (size_t cut = 1; cut <= bytes.len; cut++)
                scan_both(program, bytes, 256 * 1024 - cut, false, str_of(version));
        }
    }
    CHECK(examples > 60);
}

static void what_must_not_match_does_not(void)
{
    AUTO_JSON *root = read_data();
    size_t index, inner, count = 0;
    json_t *entry, *text;
    json_array_foreach(json_list(root, "program"), index, entry)
    {
        const struct program *program = find_program(json_text(entry, "name").data);
        json_array_foreach(json_list(entry, "not"), inner, text)
        {
            count++;
            scan_both(program, str_make(json_string_value(text), json_string_length(text)), 0, true,
                      STR_NONE);
        }
    }
    CHECK(count > 8);
}

/* All examples in one heap, in another order each time: both engines say the same of every program.
 */
static void both_engines_agree_on_a_heap(void)
{
    AUTO_JSON *root = read_data();
    AUTO_BUF heap = {0};
    struct pl_err err;
    size_t index;
    json_t *entry, *text;
    const char *version;
    CHECK(hyperscan_load() != NULL);
    json_array_foreach(json_list(root, "program"), index, entry)
        json_object_foreach(json_member(entry, "examples"), version, text)
    {
        buf_add(&heap, str_make(json_string_value(text), json_string_length(text)));
        buf_putc(&heap, index % 3 ? 0 : '\n');
    }
    for (size_t shift = 0; shift < heap.len; shift += heap.len / 7 + 1) {
        struct content content = content_of_bytes(str_from(buf_str(&heap), shift));
        for (const struct program *program = programs; program->name; program++) {
            struct program_found fast = {.program = program}, slow = {.program = program};
            if (!program->patterns)
                continue;
            CHECK_INT(program_scan(&content, &fast, 1, &err), 0);
            CHECK_INT(program_scan_slowly(&content, &slow, 1, &err), 0);
            CHECK_STR(str_of(fast.version), slow.version);
        }
    }
}

/* Bytes that match at every place, but are too long for a version: looked through once a window,
 * and what stands behind them is found. */
static void bytes_that_match_everywhere(void)
{
    AUTO_BUF bytes = {0};
    struct pl_err err;
    enum { DIGITS = 200 * 1024 };
    for (int i = 0; i < 64; i++) {
        buf_puts(&bytes, "node.js/v1.1.");
        memset(buf_reserve(&bytes, DIGITS), '1', DIGITS);
        bytes.len += DIGITS;
    }
    buf_puts(&bytes, "\nnode.js/v18.20.4\n");
    memset(buf_reserve(&bytes, 256), 0, 256);
    bytes.len += 256;
    struct content content = content_of_bytes(buf_str(&bytes));
    struct program_found found = {.program = find_program("node")};
    CHECK_INT(program_scan(&content, &found, 1, &err), 0);
    CHECK_STR(str_of(found.version), "18.20.4");
}

static void go_modules(void)
{
    CHECK_STR(str_of(program_of_module(STR("github.com/traefik/traefik/v2"))->name), "traefik");
    CHECK_STR(str_of(program_of_module(STR("k8s.io/kubernetes"))->name), "kubernetes");
    CHECK(program_of_module(STR("github.com/traefik/traefik-library")) == NULL);
    CHECK(program_of_module(STR("github.com/traefik/traefik/v2/cmd")) == NULL);
    CHECK(program_of_module(STR("")) == NULL);
}

int main(void)
{
    RUN(examples_tell_their_versions);
    RUN(what_must_not_match_does_not);
    RUN(both_engines_agree_on_a_heap);
    RUN(bytes_that_match_everywhere);
    RUN(go_modules);
    return test_end();
}
