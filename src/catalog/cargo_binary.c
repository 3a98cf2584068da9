/* Reads the list of crates that cargo-auditable puts into programs: section .dep-v0, JSON packed
 * with zlib. Source: rust-secure-code/cargo-auditable, PARSING.md.
 *
 * Decision: crates that only took part in building ("kind": "build") are not in the program and are
 * told as development ones. */
#include <isa-l/igzip_lib.h>

#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/details.h"
#include "io/elf.h"
#include "io/json_doc.h"

static int inflate_list(const unsigned char *bytes, size_t len, struct buf *ret, struct pl_err *err)
{
    struct inflate_state state;
    isal_inflate_init(&state);
    state.crc_flag = ISAL_ZLIB;
    state.next_in = (unsigned char *)(uintptr_t)bytes;
    state.avail_in = (uint32_t)len;
    do {
        enum { STEP = 64 * 1024 };
        if (ret->len > LIMIT_AUDITABLE)
            return err_limit(err, LIMIT_NAME(LIMIT_AUDITABLE),
                             "the list of crates has more than LIMIT_AUDITABLE (%llu) bytes",
                             LIMIT_AUDITABLE);
        state.next_out = (unsigned char *)buf_reserve(ret, STEP);
        state.avail_out = STEP;
        if (isal_inflate(&state) < 0)
            return err_set(err, PL_E_FORMAT, "the list of crates is damaged: it is not zlib's");
        ret->len += STEP - state.avail_out;
        if (state.avail_out && state.block_state != ISAL_BLOCK_FINISH)
            return err_set(err, PL_E_FORMAT, "the list of crates is cut off");
    } while (state.block_state != ISAL_BLOCK_FINISH);
    return 0;
}

static void add_crate(struct catalog_sink *sink, const json_t *crates, const json_t *crate,
                      struct details *details)
{
    size_t index;
    json_t *item;
    struct package package = {
        .type = PACKAGE_CARGO,
        .origin =
            json_is_true(json_object_get(crate, "root")) ? PACKAGE_INSTALLED : PACKAGE_VENDORED,
        .development = str_is(json_text(crate, "kind"), "build"),
        .name = json_text(crate, "name"),
        .version = json_text(crate, "version"),
    };
    if (details_start(details, sink)) {
        json_array_foreach(json_list(crate, "dependencies"), index, item)
        {
            json_int_t at = json_is_integer(item) ? json_integer_value(item) : -1;
            const json_t *needed = at < 0 ? NULL : json_array_get(crates, (size_t)at);
            relations_add_version(&details->needs, json_text(needed, "name"),
                                  json_text(needed, "version"));
        }
    }
    details_put(details, &package);
    catalog_add_package(sink, &package);
}

static int read_list(struct catalog_sink *sink, const struct elf *elf,
                     const struct elf_section *section, struct arena *arena, struct pl_err *err)
{
    AUTO_BUF text = {0};
    AUTO_JSON *root = NULL;
    struct str bytes;
    size_t index;
    json_t *crate;
    if (section->size > LIMIT_AUDITABLE)
        return err_limit(err, LIMIT_NAME(LIMIT_AUDITABLE),
                         "the list of crates has more than LIMIT_AUDITABLE (%llu) bytes",
                         LIMIT_AUDITABLE);
    int r = elf_section_read(elf, section, arena, &bytes, err);
    if (r == 0)
        r = inflate_list((const unsigned char *)bytes.data, bytes.len, &text, err);
    if (r == 0)
        r = json_document(buf_str(&text), &root, err);
    if (r < 0)
        return r;
    struct details details = {0};
    const json_t *crates = json_list(root, "packages");
    json_array_foreach(crates, index, crate) add_crate(sink, crates, crate, &details);
    details_free(&details);
    return 0;
}

static int cargo_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    struct arena arena = {0};
    const struct elf *elf = elf_cached(input->content, input->elf);
    int r = 0;
    (void)companion;
    if (elf) {
        const struct elf_section *section = elf_section(elf, ".dep-v0");
        if (section && section->size)
            r = read_list(sink, elf, section, &arena, err);
    }
    arena_free(&arena);
    return r;
}

const struct cataloger cataloger_cargo_binary = {
    .name = "cargo-binary",
    .help = N_("Rust crates that programs are built of, where cargo-auditable listed them"),
    .group = "binary",
    .version = 2,
    .magic = "\177ELF",
    .mode = CATALOG_RANDOM,
    .read = cargo_read,
};
