#include "app/attached_use.h"

#include "app/scan_sbom.h"
#include "sbom/sbom.h"

static bool has_prefix(struct str type, const char *const *prefixes)
{
    for (; *prefixes; prefixes++)
        if (str_starts(type, str_of(*prefixes)))
            return true;
    return false;
}

static bool is_sbom(const struct attachment *attachment, const struct attachment_content *content)
{
    static const char *const types[] = {"https://cyclonedx.org/bom",
                                        "https://cyclonedx.org/schema",
                                        "https://cyclonedx.org/specification",
                                        "https://spdx.dev/Document",
                                        "https://spdx.org/",
                                        "https://syft.dev/bom",
                                        NULL};
    return attachment->kind == ATTACHMENT_SBOM ||
           has_prefix(buf_str(&content->predicate_type), types);
}

static bool is_vex(const struct attachment_content *content)
{
    static const char *const types[] = {"https://openvex.dev/ns", "https://cyclonedx.org/vex",
                                        "https://docs.oasis-open.org/csaf", NULL};
    return has_prefix(buf_str(&content->predicate_type), types);
}

static struct attachment_keys keys_of(const struct attached_options *options)
{
    return options->trust ? trust_policy_keys(options->trust) : (struct attachment_keys){0};
}

static void tell(struct report *report, struct str place, struct pl_err *problem)
{
    if (place.len)
        err_prefix(problem, "%.*s, which is attached to the image", STR_ARG(place));
    report_tell(report, false, STR_NONE, problem);
}

static void tell_used(struct report *report, const struct attachment *attachment,
                      const struct attachment_content *content)
{
    struct pl_err text;
    if (content->key.len)
        err_set(&text, PL_OK,
                "the packages are those of the bill of materials %.*s, which is attached to the "
                "image and signed by %.*s; the layers were not read",
                STR_ARG(attachment->place), STR_ARG(content->key));
    else
        err_set(&text, PL_OK,
                "the packages are those of the bill of materials %.*s, which is attached to the "
                "image and signed by nobody that is known; the layers were not read",
                STR_ARG(attachment->place));
    tell(report, STR_NONE, &text);
}

bool attached_use_sbom(const struct image *image, const struct attached *attached,
                       const struct attached_options *options, struct report *report)
{
    struct attachment_subject subject = attached_subject(image);
    struct attachment_keys keys = keys_of(options);
    for (size_t i = 0; i < attached->items.count && options->sbom; i++) {
        const struct attachment *attachment = &attached->items.items[i];
        AUTO_ATTACHMENT content = {0};
        struct pl_err ignored; /* attached_use() tells of it */
        if (attachment_open(attachment, &subject, &keys, &content, &ignored) < 0 ||
            content.signs_image || !is_sbom(attachment, &content))
            continue;
        if (sbom_read_bytes(buf_str(&content.document), attachment->place, report, &ignored) == 0) {
            scan_sbom_complete(report, attachment->place);
            tell_used(report, attachment, &content);
            return true;
        }
        report_free(report);
        *report = (struct report){.complete = true};
    }
    return false;
}

static void use_signature(struct report *report, const struct attachment *attachment,
                          const struct attachment_content *content)
{
    report->target.signature.verified = true;
    report->target.signature.key = arena_str(&report->arena, content->key);
    report->target.signature.kind =
        attachment->kind == ATTACHMENT_SIGNATURE ? STR("cosign signature") : STR("sigstore bundle");
}

static void use_one(const struct attachment *attachment, const struct attachment_subject *subject,
                    const struct attached_options *options, struct report *report)
{
    AUTO_ATTACHMENT content = {0};
    struct pl_err problem;
    struct attachment_keys keys = keys_of(options);
    int r = attachment->kind == ATTACHMENT_SIGNATURE && keys.count == 0
                ? -PL_E_NOT_FOUND
                : attachment_open(attachment, subject, &keys, &content, &problem);
    if (r == -PL_E_NOT_FOUND || (r == -PL_E_DIGEST && attachment->kind == ATTACHMENT_SIGNATURE))
        return; /* others sign, too; that nobody trusted did is told as a whole */
    if (r == 0 && content.signs_image) {
        if (keys.count)
            use_signature(report, attachment, &content);
    } else if (r == 0 && options->vex && is_vex(&content)) {
        r = decisions_add_vex(options->decisions, attachment->place, buf_str(&content.statement),
                              &problem);
    } else if (r < 0 && !options->sbom && !options->vex) {
        return;
    }
    if (r < 0) {
        err_prefix(&problem, "it is not used");
        tell(report, attachment->place, &problem);
    }
}

void attached_use(const struct image *image, const struct attached *attached,
                  const struct attached_options *options, struct report *report)
{
    struct attachment_subject subject = attached_subject(image);
    report->target.signature.asked = keys_of(options).count != 0;
    for (size_t i = 0; i < attached->items.count; i++)
        use_one(&attached->items.items[i], &subject, options, report);
    for (size_t i = 0; i < attached->problems.count; i++)
        tell(report, STR_NONE, &attached->problems.items[i]);
}
