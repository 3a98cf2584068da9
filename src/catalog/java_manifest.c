/* Sources: Java SE, "JAR File Specification" (manifest: sections, continued lines, names in any
 * case); OSGi Core 8, 3.2 (Bundle-…); Maven Archiver (pom.properties); Jenkins' plugin manifest. */
#include "catalog/java_manifest.h"

#include <strings.h>

#include "base/buf.h"
#include "base/limits.h"

static bool same_word(struct str a, const char *b)
{
    return a.len == strlen(b) && strncasecmp(a.data, b, a.len) == 0;
}

static struct str *field_of(struct jar_manifest *manifest, struct str name)
{
    const struct {
        const char *name;
        struct str *field;
    } fields[] = {
        {"Bundle-SymbolicName", &manifest->symbolic_name},
        {"Bundle-Version", &manifest->bundle_version},
        {"Bundle-License", &manifest->bundle_license},
        {"Automatic-Module-Name", &manifest->module_name},
        {"Implementation-Title", &manifest->title},
        {"Implementation-Version", &manifest->version},
        {"Implementation-Vendor-Id", &manifest->vendor_id},
        {"Specification-Title", &manifest->specification_title},
        {"Specification-Version", &manifest->specification_version},
        {"Short-Name", &manifest->short_name},
        {"Plugin-Version", &manifest->plugin_version},
        {"Group-Id", &manifest->group_id},
    };
    for (size_t i = 0; i < ARRAY_LEN(fields); i++)
        if (same_word(name, fields[i].name))
            return fields[i].field;
    return NULL;
}

/* A line without its end: "\r\n", "\n" or "\r". */
static bool cut_line(struct str *rest, struct str *ret_line)
{
    size_t end = 0;
    if (rest->len == 0)
        return false;
    while (end < rest->len && rest->data[end] != '\n' && rest->data[end] != '\r')
        end++;
    *ret_line = str_first(*rest, end);
    bool both = end + 1 < rest->len && rest->data[end] == '\r' && rest->data[end + 1] == '\n';
    *rest = str_from(*rest, end + (both ? 2 : 1));
    return true;
}

static void take_line(struct jar_manifest *manifest, struct arena *arena, struct str line)
{
    size_t colon = str_index(line, ':');
    if (colon == SIZE_MAX || line.len > LIMIT_FIELD)
        return;
    struct str *field = field_of(manifest, str_trim(str_first(line, colon)));
    if (field && !field->len)
        *field = arena_str(arena, str_trim(str_from(line, colon + 1)));
}

void jar_manifest_read(struct str text, struct arena *arena, struct jar_manifest *ret)
{
    AUTO_BUF joined = {0};
    struct str line;
    *ret = (struct jar_manifest){0};
    if (str_starts(text, STR("\xef\xbb\xbf")))
        text = str_from(text, 3);
    while (cut_line(&text, &line) && line.len) {
        if (line.data[0] == ' ') {
            buf_add(&joined, str_from(line, 1));
            continue;
        }
        take_line(ret, arena, buf_str(&joined));
        joined.len = 0;
        buf_add(&joined, line);
    }
    take_line(ret, arena, buf_str(&joined));
    ret->symbolic_name =
        str_trim(str_first(ret->symbolic_name, str_index(ret->symbolic_name, ';')));
}

/* Up to the next comma that is not inside of quotes. */
static struct str cut_clause(struct str *rest)
{
    bool quoted = false;
    size_t end = 0;
    while (end < rest->len && (quoted || rest->data[end] != ',')) {
        quoted ^= rest->data[end] == '"';
        end++;
    }
    struct str clause = str_first(*rest, end);
    *rest = str_from(*rest, end + 1);
    return clause;
}

size_t jar_manifest_licenses(const struct jar_manifest *manifest,
                             struct str ret_licenses[JAR_LICENSES_MAX])
{
    struct str rest = manifest->bundle_license;
    size_t count = 0;
    while (rest.len && count < JAR_LICENSES_MAX) {
        struct str clause = cut_clause(&rest);
        clause = str_trim(str_first(clause, str_index(clause, ';')));
        if (clause.len >= 2 && clause.data[0] == '"' && clause.data[clause.len - 1] == '"')
            clause = str_first(str_from(clause, 1), clause.len - 2);
        if (clause.len && clause.len < 200 && !str_is(clause, "<<EXTERNAL>>"))
            ret_licenses[count++] = clause;
    }
    return count;
}

void jar_properties_read(struct str text, struct jar_coordinates *ret)
{
    struct str line;
    *ret = (struct jar_coordinates){0};
    while (cut_line(&text, &line)) {
        line = str_trim(line);
        size_t end = 0;
        while (end < line.len && line.data[end] != '=' && line.data[end] != ':')
            end++;
        struct str key = str_trim(str_first(line, end)), value = str_trim(str_from(line, end + 1));
        if (str_is(key, "groupId"))
            ret->group = value;
        else if (str_is(key, "artifactId"))
            ret->artifact = value;
        else if (str_is(key, "version"))
            ret->version = value;
    }
}
