/* Reads what a distribution writes into its programs about the package that they are of: the ELF
 * note of type 0xcafe1a7e and owner "FDO", JSON. Source: systemd.io, "Package Metadata for ELF
 * Files".
 *
 * Decision: it counts only where no database of such packages is there: programs that were copied
 * out of a distribution into an image without its database. "name" is that of the source package.
 */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "io/elf.h"
#include "io/json_doc.h"

enum { NOTE_HEADER = 12, NOTE_TYPE = (int)0xcafe1a7e };

static bool type_of(struct str word, enum package_type *ret)
{
    static const enum package_type types[] = {PACKAGE_DEB, PACKAGE_RPM, PACKAGE_APK, PACKAGE_ALPM,
                                              PACKAGE_OPKG};
    for (size_t i = 0; i < ARRAY_LEN(types); i++)
        if (str_is(word, package_type_name(types[i]))) {
            *ret = types[i];
            return true;
        }
    return false;
}

static int add_note(struct catalog_sink *sink, struct str text, struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    enum package_type type;
    while (text.len && text.data[text.len - 1] == '\0')
        text.len--;
    int r = json_document(text, &root, err);
    if (r < 0)
        return err_prefix(err, "the note about its package");
    if (!type_of(json_text(root, "type"), &type) || !json_text(root, "name").len ||
        !json_text(root, "version").len)
        return 0;
    struct package package = {
        .type = type,
        .origin = PACKAGE_VENDORED,
        .name = json_text(root, "name"),
        .version = json_text(root, "version"),
        .arch = json_text(root, "architecture"),
        .source_name = json_text(root, "name"),
        .source_version = json_text(root, "version"),
    };
    catalog_add_package(sink, &package);
    return 0;
}

/* Notes stand behind one another: lengths of name and text, a type, both padded to 4 bytes. */
static int read_notes(struct catalog_sink *sink, const struct elf *elf, const unsigned char *bytes,
                      uint64_t size, struct pl_err *err)
{
    for (uint64_t at = 0; size - at >= NOTE_HEADER;) {
        uint64_t name = elf_u32(elf, bytes + at), text = elf_u32(elf, bytes + at + 4);
        uint32_t type = elf_u32(elf, bytes + at + 8);
        uint64_t text_at = at + NOTE_HEADER + ((name + 3) & ~3ULL);
        if (text_at > size || text > size - text_at)
            return 0;
        if (type == (uint32_t)NOTE_TYPE && name == 4 &&
            memcmp(bytes + at + NOTE_HEADER, "FDO", 4) == 0)
            return add_note(sink, str_make((const char *)bytes + text_at, (size_t)text), err);
        at = text_at + ((text + 3) & ~3ULL);
        if (at > size)
            return 0;
    }
    return 0;
}

static int notes_read(struct catalog_sink *sink, struct input *input, struct str companion,
                      struct pl_err *err)
{
    struct arena arena = {0};
    const struct elf *elf = elf_cached(input->content, input->elf);
    int r = 0;
    (void)companion;
    if (elf) {
        const struct elf_section *section = elf_section(elf, ".note.package");
        struct str bytes;
        if (section && section->type == ELF_SECTION_NOTE && section->size <= LIMIT_ELF_NAMES) {
            r = elf_section_read(elf, section, &arena, &bytes, err);
            if (r == 0)
                r = read_notes(sink, elf, (const unsigned char *)bytes.data, bytes.len, err);
        }
    }
    arena_free(&arena);
    return r;
}

const struct cataloger cataloger_elf_notes = {
    .name = "elf-notes",
    .help = N_("packages that programs say they are of (.note.package)"),
    .group = "binary",
    .version = 1,
    .magic = "\177ELF",
    .mode = CATALOG_RANDOM,
    .read = notes_read,
};
