/* VEX documents: which format one is, and what its statements are about. */
#include "decide/internal.h"

#include "base/clock.h"
#include "base/limits.h"
#include "io/whole_file.h"

static const struct vex_format *const formats[] = {&vex_openvex, &vex_csaf, &vex_cyclonedx};

int64_t vex_time(struct str text)
{
    int64_t time;
    return text.len == 0 ? INT64_MIN : clock_parse(text, &time) ? time : VEX_TIME_UNCLEAR;
}

struct vex_product vex_product_of(struct decisions *decisions, struct str id)
{
    struct vex_product product = {0};
    if (id.len == 0)
        return product;
    struct str kept = decisions_keep(decisions, id);
    if (str_starts(id, STR("cpe:")))
        product.cpe = kept;
    else if (purl_parse(&decisions->arena, kept, &product.purl, NULL) == 0)
        product.has_purl = true;
    else
        product.name = kept;
    return product;
}

/* "SHA-256", "sha256", "sha-256" are one. */
void vex_product_hash(struct decisions *decisions, struct vex_product *product,
                      struct str algorithm, struct str hex)
{
    AUTO_BUF text = {0};
    if (hex.len == 0)
        return;
    for (size_t i = 0; i < algorithm.len; i++)
        if (algorithm.data[i] != '-' && algorithm.data[i] != '_')
            buf_putc(&text, (char)(algorithm.data[i] | 0x20));
    buf_putc(&text, ':');
    for (size_t i = 0; i < hex.len; i++)
        buf_putc(&text,
                 (char)(hex.data[i] | (hex.data[i] >= 'A' && hex.data[i] <= 'F' ? 0x20 : 0)));
    size_t count = product->hash_count;
    if ((count & (count - 1)) == 0) { /* full: room for twice as many */
        struct str *more = ARENA_ARRAY(&decisions->arena, struct str, count ? count * 2 : 1);
        for (size_t i = 0; i < count; i++)
            more[i] = product->hashes[i];
        product->hashes = more;
    }
    product->hashes[product->hash_count++] = decisions_keep(decisions, buf_str(&text));
}

bool vex_suppresses(const struct vex_statement *statement)
{
    return statement->status == VEX_NOT_AFFECTED || statement->status == VEX_FIXED;
}

/* A product in which the part is: the image, or a package whose file holds the part. */
static bool holds(const struct vex_statement *statement, const struct report *report,
                  const struct package *part, uint64_t *steps)
{
    const struct vex_product *product = &statement->product;
    if (product_is_target(product, report))
        return true;
    for (size_t i = 0; i < report->packages.count && part->path_count; i++) {
        const struct package *package = &report->packages.items[i];
        if ((*steps)++ >= LIMIT_VEX_INSIDE)
            return !vex_suppresses(statement);
        if (package != part && package->path_count &&
            str_equal(package->paths[0], part->paths[0]) &&
            product_is_package(product, report, package))
            return true;
    }
    return false;
}

bool vex_matches(const struct vex_statement *statement, const struct report *report,
                 const struct finding *finding, uint64_t *steps)
{
    const struct package *package =
        finding->package == PACKAGE_NONE ? NULL : &report->packages.items[finding->package];
    if (!statement->has_part)
        return product_is_target(&statement->product, report) ||
               (package && product_is_package(&statement->product, report, package));
    return package && product_is_package(&statement->part, report, package) &&
           holds(statement, report, package, steps);
}

static int read_document(struct decisions *decisions, const char *file, struct str text,
                         struct pl_err *err)
{
    AUTO_JSON *root = NULL;
    int r = json_document(text, &root, err);
    if (r < 0)
        return r;
    for (size_t i = 0; i < ARRAY_LEN(formats); i++)
        if (formats[i]->is(root))
            return formats[i]->read(decisions, file, root, err);
    return err_set(err, PL_E_FORMAT,
                   "this is no VEX document: neither OpenVEX nor CSAF nor CycloneDX with "
                   "vulnerabilities");
}

static void refuse(struct decisions *decisions, const char *path, const struct pl_err *why)
{
    struct pl_err whole = *why;
    err_prefix(&whole, "this VEX document is not used");
    *VEC_ADD(&decisions->refused) = (struct refused){
        decisions_keep(decisions, str_of(path)), decisions_keep(decisions, str_of(whole.message)),
        decisions_keep(decisions, str_of(whole.local))};
}

int decisions_read_vex(struct decisions *decisions, const char *path, const char *key,
                       struct pl_err *err)
{
    AUTO_BUF text = {0}, opened = {0};
    struct pl_err problem;
    int r = whole_file_read(path, LIMIT_DECISIONS, LIMIT_NAME(LIMIT_DECISIONS), &text, err);
    if (r < 0)
        return r;
    r = vex_open_envelope(path, buf_str(&text), key, &opened, &problem);
    if (r == -PL_E_DIGEST) {
        refuse(decisions, path, &problem);
        return 0;
    }
    const char *file = decisions_keep(decisions, str_of(path)).data;
    if (r == 0)
        r = read_document(decisions, file, buf_str(&opened), &problem);
    if (r == 0)
        return 0;
    if (err)
        *err = problem;
    return err_prefix(err, "%s", path);
}

int decisions_add_vex(struct decisions *decisions, struct str name, struct str text,
                      struct pl_err *err)
{
    AUTO_BUF opened = {0};
    struct str kept = decisions_keep(decisions, name);
    int r = vex_take_predicate(text, &opened, err);
    if (r == 0)
        r = read_document(decisions, kept.data, buf_str(&opened), err);
    return r < 0 ? err_prefix(err, "%.*s", STR_ARG(kept)) : 0;
}
