/* Reads ELF files of both word sizes and both byte orders, whatever part of them a linker or a
 * stripper left: System V ABI, "Object Files" and "Program Header". All numbers in the file are
 * held against its size. */
#pragma once

#include "base/arena.h"
#include "io/content.h"

struct elf_section {
    struct str name; /* in the arena; empty where the names are gone */
    uint32_t type;
    uint64_t flags, address, offset, size;
};
struct elf_segment {
    uint32_t type, flags;
    uint64_t offset, address, file_size;
};
enum { ELF_SEGMENT_LOAD = 1, ELF_SEGMENT_NOTE = 4 };
enum { ELF_FLAG_EXECUTE = 1, ELF_FLAG_WRITE = 2 };
enum { ELF_SECTION_NOTE = 7, ELF_SECTION_NOBITS = 8 };

struct elf {
    const struct content *content;
    bool wide; /* 64 bits */
    bool big_endian;
    uint16_t machine;
    struct elf_section *sections;
    size_t section_count;
    struct elf_segment *segments;
    size_t segment_count;
};

/* PL_E_FORMAT: it is none, or its tables do not fit into the file. Tables that are not there are
 * no error. Everything is in the arena. */
int elf_open(const struct content *content, struct arena *arena, struct elf *ret_elf,
             struct pl_err *err);
/* What several readers of one file make of it once: an ELF file, or none. */
struct elf_cache {
    struct arena arena;
    struct elf elf;
    bool tried, good;
};
/* NULL: it is no ELF file, or its tables are damaged. With a cache it is read once. */
const struct elf *elf_cached(const struct content *content, struct elf_cache *cache);
void elf_cache_free(struct elf_cache *cache);
/* NULL: there is none of this name. */
const struct elf_section *elf_section(const struct elf *elf, const char *name);
/* The section's bytes, in place or in the arena; the caller has held its size against a limit. */
int elf_section_read(const struct elf *elf, const struct elf_section *section, struct arena *arena,
                     struct str *ret_bytes, struct pl_err *err);
/* Where `size` bytes at this address stand in the file; false when no segment or section loads
 * them. */
bool elf_offset_of(const struct elf *elf, uint64_t address, uint64_t size, uint64_t *ret_offset);
uint16_t elf_u16(const struct elf *elf, const unsigned char *at);
uint32_t elf_u32(const struct elf *elf, const unsigned char *at);
uint64_t elf_u64(const struct elf *elf, const unsigned char *at);
