"""What the scripts of the submit page say, in the page's language; {places} are filled in by them."""

from django.utils.translation import gettext as _


def check_words() -> dict[str, str]:
    """Around the readers' own messages (`site/check/panel.js`)."""
    return {
        "checking": _("Checking…"),
        "rows": _("Rows read: {rows}"),
        "fine": _("Rows: {rows}. Nothing is wrong with this file; the server gives it its score."),
        "fineModel": _("Files in the archive: {files}. Its layout is right; what the model does, the server tells."),
        "refused": _("The server would refuse this file. Problems: {count}."),
        "refusedHint": _("Mend the file and choose it again. You can send it all the same: the server judges."),
        "more": _("Further problems: {count}."),
        "line": _("Line {line}:"),
        "left": _("This file was not checked here; the server does it."),
        "silent": _("This file could not be checked here. You can send it all the same: the server checks and judges."),
        "leftZip64": _("This zip archive is in the zip64 form and was not checked here; the server does it."),
        "leftGzip": _("This gzip archive has several parts, or is damaged; the server finds out which."),
        "withoutIds": _("The ids could not be compared here; the server does it."),
        "mixed": _("Drop one file, not several."),
        "size": _("{megabytes} MB"),
        "bytes": _("{bytes} bytes"),
    }


def upload_words() -> dict[str, str]:
    """While a file is sent (`site/upload.js`, `whole_upload.js`, `chunked_upload.js`)."""
    return {
        "tryAgain": _("Try again"),
        "sendAgain": _("Send it all the same"),
        "earlier": _("See that submission"),
        "tooLarge": _("The file has {bytes} bytes; at most {most} are taken. Compress it, or make it smaller."),
        "otherEnding": _("'{name}' ends in none of {endings}."),
        "progress": _("{what}: {percent} % of {megabytes} MB"),
        "reading": _("Reading the file"),
        "uploading": _("Uploading"),
        "whole": _("All of it has come; it is being checked."),
        "changed": _("'{name}' has changed since it was chosen. Choose it again."),
        "lost": _("The connection was lost; it goes on as soon as the site answers."),
        "busy": _("Very many send at once; it goes on by itself in {seconds} s."),
        "kept": _("Nothing is lost: what has come is kept for a day."),
        "nothingSent": _("Nothing was sent."),
        "noAnswer": _("The site does not answer. Try again: should the file have come, you are told so."),
        "noAnswerKept": _("The site does not answer. What has come is kept."),
        "otherAnswer": _("The site answered {status}. Reload the page and choose the file again."),
        "otherContent": _("What the site has is not what was sent. Send it again."),
        "cancelled": _("Cancelled. Nothing was counted."),
        "notCancelled": _("It could not be cancelled now. Try again, or leave it: it is forgotten after a day."),
    }
