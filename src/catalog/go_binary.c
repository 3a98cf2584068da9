/* Reads the build information that Go's linker puts into programs. Source: Go's debug/buildinfo and
 * runtime/debug (BuildInfo), from Go 1.13 on.
 *
 * Decisions:
 * - The information is looked for in the section .go.buildinfo, and without section names in the
 *   first writable segment that is loaded, where the linker puts it.
 * - A module that was replaced is told as the one that took its place; one that was replaced by a
 *   folder is told under its own name and version, since the folder has none.
 * - The main module's version: its own (Go 1.24 stamps it); else what `-ldflags -X` sets a variable
 *   called version to, when it looks like one; else a pseudo-version of the commit; else "(devel)".
 *   The last two are no places in the order of releases, and are not matched.
 * - Go's own standard library is the package "stdlib" of the toolchain's version. */
#include "base/i18n.h"
#include "base/limits.h"
#include "base/vec.h"
#include "catalog/cataloger.h"
#include "catalog/go_version.h"
#include "catalog/program_table.h"
#include "io/elf.h"

enum {
    ALIGNMENT = 16,
    HEADER = 32,
    MAGIC = 14,
    FRAME = 16, /* of the module text, in front and behind */
    WINDOW = 64 * 1024
};
static const char magic[] = "\xff Go buildinf:";

struct reader {
    struct catalog_sink *sink;
    struct arena arena;
    const struct content *content;
    const struct elf *elf;
    uint64_t left; /* bytes of strings that may still be read */
};

/* The place of the header: 16-byte aligned, as the linker writes it. */
static int find_header(struct reader *reader, uint64_t start, uint64_t size, uint64_t *ret_at,
                       struct pl_err *err)
{
    const struct content *content = reader->content;
    unsigned char *scratch = content->bytes ? NULL : arena_alloc(&reader->arena, WINDOW);
    if (start > content->size)
        return 0;
    if (size > content->size - start)
        size = content->size - start;
    for (uint64_t done = 0; done + HEADER <= size;) {
        const unsigned char *bytes;
        size_t len = size - done < WINDOW ? (size_t)(size - done) : WINDOW;
        int r = content_read(content, start + done, len, scratch, &bytes, err);
        if (r < 0)
            return r;
        for (size_t i = 0; i + HEADER <= len; i += ALIGNMENT)
            if (memcmp(bytes + i, magic, MAGIC) == 0) {
                *ret_at = start + done + i;
                return 1;
            }
        done += len < WINDOW ? len : WINDOW - HEADER + ALIGNMENT;
    }
    return 0;
}

/* With the names of its sections, a program of Go has this one. */
static bool has_names(const struct elf *elf)
{
    for (size_t i = 0; i < elf->section_count; i++)
        if (elf->sections[i].name.len)
            return true;
    return false;
}

static int locate(struct reader *reader, uint64_t *ret_at, struct pl_err *err)
{
    const struct elf_section *section = elf_section(reader->elf, ".go.buildinfo");
    if (section && section->type != ELF_SECTION_NOBITS)
        return find_header(reader, section->offset, section->size, ret_at, err);
    if (has_names(reader->elf))
        return 0;
    for (size_t i = 0; i < reader->elf->segment_count; i++) {
        const struct elf_segment *segment = &reader->elf->segments[i];
        if (segment->type == ELF_SEGMENT_LOAD &&
            (segment->flags & (ELF_FLAG_EXECUTE | ELF_FLAG_WRITE)) == ELF_FLAG_WRITE) {
            /* Linked by others than Go's own linker, it can be anywhere in there; a program of C
             * with a large data segment is not gone through for it. */
            uint64_t size =
                segment->file_size < LIMIT_GO_SEARCH ? segment->file_size : LIMIT_GO_SEARCH;
            int r = find_header(reader, segment->offset, size, ret_at, err);
            if (r != 0)
                return r;
        }
    }
    return 0;
}

static int read_bytes(struct reader *reader, uint64_t at, uint64_t len, struct str *ret,
                      struct pl_err *err)
{
    const unsigned char *bytes;
    if (len > reader->left)
        return err_limit(err, LIMIT_NAME(LIMIT_GO_BUILDINFO),
                         "Go's build information has more bytes than LIMIT_GO_BUILDINFO (%llu)",
                         LIMIT_GO_BUILDINFO);
    reader->left -= len;
    void *scratch = reader->content->bytes ? NULL : arena_alloc(&reader->arena, len + 1);
    int r = content_read(reader->content, at, (size_t)len, scratch, &bytes, err);
    if (r == 0)
        *ret = str_make((const char *)bytes, (size_t)len);
    return r;
}

/* Go 1.18 on: an unsigned varint (encoding/binary) and as many bytes. */
static int read_inline(struct reader *reader, uint64_t *at, struct str *ret, struct pl_err *err)
{
    unsigned char scratch[10];
    const unsigned char *bytes;
    uint64_t len = 0, there = reader->content->size - *at;
    size_t room = there < sizeof(scratch) ? (size_t)there : sizeof(scratch), used = 0;
    int r = content_read(reader->content, *at, room, scratch, &bytes, err);
    if (r < 0)
        return r;
    do {
        if (used == room || used == 9)
            return err_set(err, PL_E_FORMAT, "Go's build information is damaged");
        len |= (uint64_t)(bytes[used] & 127) << (7 * used);
    } while (bytes[used++] & 128);
    r = read_bytes(reader, *at + used, len, ret, err);
    *at += used + len;
    return r;
}

static uint64_t pointer(const unsigned char *at, unsigned size, bool big_endian)
{
    uint64_t value = 0;
    for (unsigned i = 0; i < size; i++)
        value = value << 8 | at[big_endian ? i : size - 1 - i];
    return value;
}

/* Before Go 1.18: the address of a string, which is an address and a length. */
static int read_pointed(struct reader *reader, uint64_t address, unsigned size, bool big_endian,
                        struct str *ret, struct pl_err *err)
{
    unsigned char scratch[16];
    const unsigned char *bytes;
    uint64_t at;
    if (!elf_offset_of(reader->elf, address, 2ULL * size, &at))
        return err_set(err, PL_E_FORMAT, "Go's build information points out of the file");
    int r = content_read(reader->content, at, 2 * (size_t)size, scratch, &bytes, err);
    if (r < 0)
        return r;
    uint64_t data = pointer(bytes, size, big_endian);
    uint64_t len = pointer(bytes + size, size, big_endian);
    if (len == 0)
        return 0;
    if (!elf_offset_of(reader->elf, data, len, &at))
        return err_set(err, PL_E_FORMAT, "Go's build information points out of the file");
    return read_bytes(reader, at, len, ret, err);
}

static int read_strings(struct reader *reader, uint64_t at, struct str *ret_version,
                        struct str *ret_modules, struct pl_err *err)
{
    unsigned char scratch[HEADER];
    const unsigned char *header;
    int r = content_read(reader->content, at, HEADER, scratch, &header, err);
    if (r < 0)
        return r;
    unsigned size = header[MAGIC], flags = header[MAGIC + 1];
    if (flags & 2) {
        uint64_t next = at + HEADER;
        r = read_inline(reader, &next, ret_version, err);
        return r < 0 ? r : read_inline(reader, &next, ret_modules, err);
    }
    if (size != 4 && size != 8)
        return err_set(err, PL_E_FORMAT, "Go's build information is damaged");
    uint64_t version = pointer(header + 16, size, flags & 1);
    uint64_t modules = pointer(header + 16 + size, size, flags & 1);
    r = read_pointed(reader, version, size, flags & 1, ret_version, err);
    return r < 0 || modules == 0 ? r
                                 : read_pointed(reader, modules, size, flags & 1, ret_modules, err);
}

static void add(struct reader *reader, const struct go_module *module, enum package_origin origin)
{
    struct str cpes[PROGRAM_CPES];
    const struct program *program =
        origin == PACKAGE_INSTALLED ? program_of_module(module->path) : NULL;
    if (!module->path.len || !module->version.len)
        return;
    struct package package = {
        .type = PACKAGE_GOLANG,
        .origin = origin,
        .name = module->path,
        .version = module->version,
        .unordered = module->unordered,
    };
    if (program)
        program_add_cpes(program, &package, cpes);
    catalog_add_package(reader->sink, &package);
}

static int go_read(struct catalog_sink *sink, struct input *input, struct str companion,
                   struct pl_err *err)
{
    struct reader reader = {.sink = sink, .left = LIMIT_GO_BUILDINFO};
    struct str version = STR_NONE, modules = STR_NONE;
    uint64_t at = 0;
    int r = 0;
    (void)companion;
    reader.content = input->content;
    reader.elf = elf_cached(input->content, input->elf);
    if (reader.elf)
        r = locate(&reader, &at, err);
    if (r > 0)
        r = read_strings(&reader, at, &version, &modules, err);
    if (r == 0 && version.len) {
        struct go_build build;
        if (modules.len >= 2 * FRAME + 1 && modules.data[modules.len - FRAME - 1] == '\n')
            modules = str_first(str_from(modules, FRAME), modules.len - 2 * FRAME);
        else
            modules = STR_NONE;
        go_build_read(&build, &reader.arena, version, modules);
        add(&reader, &build.toolchain, PACKAGE_VENDORED);
        add(&reader, &build.main, PACKAGE_INSTALLED);
        for (size_t i = 0; i < build.modules.count; i++)
            add(&reader, &build.modules.items[i], PACKAGE_VENDORED);
        VEC_FREE(&build.modules);
    }
    arena_free(&reader.arena);
    return r < 0 ? r : 0;
}

const struct cataloger cataloger_go_binary = {
    .name = "go-binary",
    .help = N_("Go modules and standard library that programs are built of"),
    .group = "binary",
    .version = 1,
    .magic = "\177ELF",
    .mode = CATALOG_RANDOM,
    .read = go_read,
};
