#include "io/elf.h"

#include "base/limits.h"

enum {
    IDENT = 16,
    HEADER_32 = 52,
    HEADER_64 = 64,
    SECTION_32 = 40,
    SECTION_64 = 64,
    SEGMENT_32 = 32,
    SEGMENT_64 = 56,
};

struct tables {
    uint64_t segments_at, sections_at;
    uint32_t segment_count, segment_size, section_count, section_size, names;
};

uint16_t elf_u16(const struct elf *elf, const unsigned char *at)
{
    return (uint16_t)(elf->big_endian ? at[0] << 8 | at[1] : at[1] << 8 | at[0]);
}

uint32_t elf_u32(const struct elf *elf, const unsigned char *at)
{
    uint32_t low = elf_u16(elf, at + (elf->big_endian ? 2 : 0));
    uint32_t high = elf_u16(elf, at + (elf->big_endian ? 0 : 2));
    return high << 16 | low;
}

uint64_t elf_u64(const struct elf *elf, const unsigned char *at)
{
    uint64_t low = elf_u32(elf, at + (elf->big_endian ? 4 : 0));
    uint64_t high = elf_u32(elf, at + (elf->big_endian ? 0 : 4));
    return high << 32 | low;
}

/* A word of the file's size. */
static uint64_t word(const struct elf *elf, const unsigned char *at)
{
    return elf->wide ? elf_u64(elf, at) : elf_u32(elf, at);
}

static int read_header(struct elf *elf, struct tables *tables, struct pl_err *err)
{
    unsigned char scratch[HEADER_64];
    const unsigned char *at;
    int r = content_read(elf->content, 0, IDENT, scratch, &at, err);
    if (r < 0)
        return r;
    if (memcmp(at, "\177ELF", 4) != 0 || at[4] < 1 || at[4] > 2 || at[5] < 1 || at[5] > 2)
        return err_set(err, PL_E_FORMAT, "this is no ELF file");
    elf->wide = at[4] == 2;
    elf->big_endian = at[5] == 2;
    r = content_read(elf->content, 0, elf->wide ? HEADER_64 : HEADER_32, scratch, &at, err);
    if (r < 0)
        return r;
    size_t size = elf->wide ? 8 : 4;
    const unsigned char *rest = at + 24 + 3 * size + 4; /* behind entry, phoff, shoff, flags */
    elf->machine = elf_u16(elf, at + 18);
    tables->segments_at = word(elf, at + 24 + size);
    tables->sections_at = word(elf, at + 24 + 2 * size);
    tables->segment_size = elf_u16(elf, rest + 2);
    tables->segment_count = elf_u16(elf, rest + 4);
    tables->section_size = elf_u16(elf, rest + 6);
    tables->section_count = elf_u16(elf, rest + 8);
    tables->names = elf_u16(elf, rest + 10);
    return 0;
}

/* A table of `count` entries; NULL, without an error, where there is none. */
static int read_table(const struct elf *elf, struct arena *arena, uint64_t at, uint32_t count,
                      uint32_t size, uint32_t least, const unsigned char **ret, struct pl_err *err)
{
    *ret = NULL;
    if (at == 0 || count == 0)
        return 0;
    if (size < least)
        return err_set(err, PL_E_FORMAT, "the ELF file's tables are damaged");
    uint64_t bytes = (uint64_t)count * size;
    if (at > elf->content->size || bytes > elf->content->size - at)
        return err_set(err, PL_E_FORMAT, "the ELF file is cut off: its tables are not in it");
    void *scratch = elf->content->bytes ? NULL : arena_alloc(arena, bytes);
    return content_read(elf->content, at, bytes, scratch, ret, err);
}

static struct elf_section section_of(const struct elf *elf, const unsigned char *at,
                                     uint32_t *ret_name)
{
    size_t size = elf->wide ? 8 : 4;
    *ret_name = elf_u32(elf, at);
    return (struct elf_section){
        .type = elf_u32(elf, at + 4),
        .flags = word(elf, at + 8),
        .address = word(elf, at + 8 + size),
        .offset = word(elf, at + 8 + 2 * size),
        .size = word(elf, at + 8 + 3 * size),
    };
}

static struct elf_segment segment_of(const struct elf *elf, const unsigned char *at)
{
    if (elf->wide)
        return (struct elf_segment){elf_u32(elf, at), elf_u32(elf, at + 4), elf_u64(elf, at + 8),
                                    elf_u64(elf, at + 16), elf_u64(elf, at + 32)};
    return (struct elf_segment){elf_u32(elf, at), elf_u32(elf, at + 24), elf_u32(elf, at + 4),
                                elf_u32(elf, at + 8), elf_u32(elf, at + 16)};
}

/* More than 65279 sections: the count and the names' index stand in section 0 (System V ABI,
 * "e_shnum"). */
static int extend_counts(const struct elf *elf, struct tables *tables, struct pl_err *err)
{
    unsigned char scratch[SECTION_64];
    const unsigned char *at;
    uint32_t name, least = elf->wide ? SECTION_64 : SECTION_32;
    if (tables->sections_at == 0 || (tables->section_count != 0 && tables->names != 0xffff))
        return 0;
    int r = content_read(elf->content, tables->sections_at, least, scratch, &at, err);
    if (r < 0)
        return r;
    struct elf_section first = section_of(elf, at, &name);
    if (tables->section_count == 0 && first.size <= UINT32_MAX)
        tables->section_count = (uint32_t)first.size;
    if (tables->names == 0xffff)
        tables->names = elf_u32(elf, at + (elf->wide ? 40 : 24));
    return 0;
}

static int read_sections(struct elf *elf, struct arena *arena, struct tables *tables,
                         struct pl_err *err)
{
    const unsigned char *table = NULL, *names = NULL;
    int r = extend_counts(elf, tables, err);
    if (r == 0)
        r = read_table(elf, arena, tables->sections_at, tables->section_count, tables->section_size,
                       elf->wide ? SECTION_64 : SECTION_32, &table, err);
    if (r < 0 || !table)
        return r;
    uint32_t *offsets = ARENA_ARRAY(arena, uint32_t, tables->section_count);
    elf->sections = ARENA_ARRAY(arena, struct elf_section, tables->section_count);
    elf->section_count = tables->section_count;
    for (uint32_t i = 0; i < tables->section_count; i++)
        elf->sections[i] = section_of(elf, table + (size_t)i * tables->section_size, &offsets[i]);
    if (tables->names >= elf->section_count)
        return 0;
    const struct elf_section *text = &elf->sections[tables->names];
    if (text->size > LIMIT_ELF_NAMES ||
        read_table(elf, arena, text->offset, (uint32_t)text->size, 1, 1, &names, err) < 0 || !names)
        return 0;
    for (uint32_t i = 0; i < tables->section_count; i++) {
        const void *end =
            offsets[i] < text->size ? memchr(names + offsets[i], 0, text->size - offsets[i]) : NULL;
        if (end)
            elf->sections[i].name = arena_str(
                arena, str_make((const char *)names + offsets[i],
                                (size_t)((const unsigned char *)end - names) - offsets[i]));
    }
    return 0;
}

static int read_segments(struct elf *elf, struct arena *arena, const struct tables *tables,
                         struct pl_err *err)
{
    const unsigned char *table;
    int r = read_table(elf, arena, tables->segments_at, tables->segment_count, tables->segment_size,
                       elf->wide ? SEGMENT_64 : SEGMENT_32, &table, err);
    if (r < 0 || !table)
        return r;
    elf->segments = ARENA_ARRAY(arena, struct elf_segment, tables->segment_count);
    elf->segment_count = tables->segment_count;
    for (uint32_t i = 0; i < tables->segment_count; i++)
        elf->segments[i] = segment_of(elf, table + (size_t)i * tables->segment_size);
    return 0;
}

int elf_open(const struct content *content, struct arena *arena, struct elf *ret_elf,
             struct pl_err *err)
{
    struct elf elf = {.content = content};
    struct tables tables = {0};
    int r = read_header(&elf, &tables, err);
    if (r == 0)
        r = read_segments(&elf, arena, &tables, err);
    if (r == 0)
        r = read_sections(&elf, arena, &tables, err);
    if (r == 0)
        *ret_elf = elf;
    return r;
}

const struct elf_section *elf_section(const struct elf *elf, const char *name)
{
    for (size_t i = 0; i < elf->section_count; i++)
        if (str_is(elf->sections[i].name, name))
            return &elf->sections[i];
    return NULL;
}

int elf_section_read(const struct elf *elf, const struct elf_section *section, struct arena *arena,
                     struct str *ret_bytes, struct pl_err *err)
{
    const struct content *content = elf->content;
    const unsigned char *bytes;
    void *scratch = content->bytes ? NULL : arena_alloc(arena, section->size + 1);
    int r = content_read(content, section->offset, (size_t)section->size, scratch, &bytes, err);
    if (r == 0)
        *ret_bytes = str_make((const char *)bytes, (size_t)section->size);
    return r;
}

static bool covers(uint64_t start, uint64_t length, uint64_t address, uint64_t size)
{
    return address >= start && address - start <= length && size <= length - (address - start);
}

bool elf_offset_of(const struct elf *elf, uint64_t address, uint64_t size, uint64_t *ret_offset)
{
    for (size_t i = 0; i < elf->segment_count; i++) {
        const struct elf_segment *segment = &elf->segments[i];
        if (segment->type == ELF_SEGMENT_LOAD &&
            covers(segment->address, segment->file_size, address, size)) {
            *ret_offset = segment->offset + (address - segment->address);
            return true;
        }
    }
    for (size_t i = 0; i < elf->section_count; i++) {
        const struct elf_section *section = &elf->sections[i];
        if (section->type != ELF_SECTION_NOBITS && section->address &&
            covers(section->address, section->size, address, size)) {
            *ret_offset = section->offset + (address - section->address);
            return true;
        }
    }
    return false;
}

const struct elf *elf_cached(const struct content *content, struct elf_cache *cache)
{
    struct pl_err ignored;
    if (!cache->tried)
        cache->good = elf_open(content, &cache->arena, &cache->elf, &ignored) == 0;
    cache->tried = true;
    return cache->good ? &cache->elf : NULL;
}

void elf_cache_free(struct elf_cache *cache)
{
    arena_free(&cache->arena);
    *cache = (struct elf_cache){0};
}
