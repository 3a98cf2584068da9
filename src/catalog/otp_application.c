/* Reads the resource files of Erlang/OTP applications: app(4), an Erlang term
 * {application, Name, [{vsn, "1.2.3"}, ...]}. Quoted atoms lose their quotes; a version that is no
 * literal ("git" before it was built) is none. */
#include "base/i18n.h"
#include "base/limits.h"
#include "catalog/cataloger.h"
#include "catalog/text.h"

static struct str application_name(struct str text)
{
    struct str name = str_trim(text_between(text, "{application,", ","));
    return text_unquoted(name, '\'');
}

static int otp_read(struct catalog_sink *sink, struct input *input, struct str companion,
                    struct pl_err *err)
{
    (void)companion;
    (void)err;
    struct str text = input->whole, vsn = text_between(text, "{vsn", "}");
    size_t comma = str_index(vsn, ',');
    struct package package = {
        .type = PACKAGE_OTP,
        .name = application_name(text),
        .version =
            text_unquoted(str_trim(str_from(vsn, comma == SIZE_MAX ? vsn.len : comma + 1)), '"'),
    };
    if (package.name.len && text_is_version(package.version))
        catalog_add_package(sink, &package);
    return 0;
}

const struct cataloger cataloger_otp_application = {
    .name = "otp-application",
    .help = N_("Erlang/OTP applications that are installed (ebin/*.app)"),
    .group = "language",
    .version = 1,
    .wants = (const char *const[]){"**/ebin/*.app", NULL},
    .mode = CATALOG_WHOLE,
    .max_size = LIMIT_FILE_SMALL,
    .read = otp_read,
};
