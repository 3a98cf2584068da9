#include "base/build_id.h"

#include <elf.h>
#include <link.h>

struct search {
    uintptr_t inside; /* an address of the object that is looked for */
    struct str id;
};

/* Notes are a header, a name and a description, the latter two padded to four bytes each: System V
 * ABI, "Note Section". */
static struct str id_of_notes(const char *notes, size_t size)
{
    while (size >= sizeof(ElfW(Nhdr))) {
        ElfW(Nhdr) note;
        memcpy(&note, notes, sizeof(note));
        size_t name = ((size_t)note.n_namesz + 3) & ~(size_t)3;
        size_t text = ((size_t)note.n_descsz + 3) & ~(size_t)3;
        notes += sizeof(note);
        size -= sizeof(note);
        if (name > size || text > size - name)
            break;
        if (note.n_type == NT_GNU_BUILD_ID && note.n_namesz == 4 && memcmp(notes, "GNU", 4) == 0)
            return str_make(notes + name, note.n_descsz);
        notes += name + text;
        size -= name + text;
    }
    return STR_NONE;
}

static int visit(struct dl_phdr_info *info, size_t size, void *context)
{
    struct search *search = context;
    bool inside = false;
    (void)size;
    for (unsigned i = 0; i < info->dlpi_phnum; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        uintptr_t start = info->dlpi_addr + part->p_vaddr;
        inside = inside || (part->p_type == PT_LOAD && search->inside >= start &&
                            search->inside - start < part->p_memsz);
    }
    for (unsigned i = 0; inside && i < info->dlpi_phnum && search->id.len == 0; i++) {
        const ElfW(Phdr) *part = &info->dlpi_phdr[i];
        if (part->p_type == PT_NOTE)
            search->id =
                id_of_notes((const char *)(info->dlpi_addr + part->p_vaddr), (size_t)part->p_memsz);
    }
    return inside;
}

struct str build_id(void)
{
    struct search search = {.inside = (uintptr_t)build_id};
    dl_iterate_phdr(visit, &search);
    return search.id;
}
