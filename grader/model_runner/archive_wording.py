"""Every message about a model's archive, word by word: what `archive` and `zip_directory` say, and the browser."""

from grader.scoring.wording import Wording

PACK_AGAIN = "Pack the folder that model.export() wrote again, with any usual zip program."
EXPORT_AGAIN = "Call model.export('my_model') and pack the folder that it writes."
ONE_MODEL = "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."

LARGE_ARCHIVE = Wording(
    "The archive has {size} bytes; at most {most} are accepted.",
    "Make the model smaller, or pack it with compression.",
)
NO_ZIP = Wording("The file is no zip archive.", PACK_AGAIN)
NO_END = Wording("The zip archive is cut off, or something follows behind its end.", PACK_AGAIN)
ZIP64 = Wording("The zip archive is in the zip64 form, which is for larger files than are accepted.", PACK_AGAIN)
ONE_PART = Wording("The zip archive is one part of several.", "Pack the folder into one archive.")
MANY_FILES = Wording("The archive holds {count} files; at most {most} are accepted.", ONE_MODEL)
OTHER_DATA = Wording("The zip archive has other data before or behind its files.", PACK_AGAIN)
DAMAGED = Wording("The zip archive is cut off or damaged.", PACK_AGAIN)
NO_NAME = Wording("The archive holds a file named {name}, which is no name in a SavedModel.", ONE_MODEL)
LINK = Wording("{name} in the archive is a link or a device, not a file.", "Pack the files themselves.")
ENCRYPTED = Wording("{name} in the archive is encrypted.", "Pack it again without a password.")
OTHER_METHOD = Wording("{name} is packed with method {method}, which is not read here.", PACK_AGAIN)
FULL_FOLDER = Wording("{name} is a folder with content of its own.", PACK_AGAIN)
OVERLAID = Wording("Files in the archive lie over each other.", PACK_AGAIN)
UNPACKS_TO = Wording(
    "The archive would unpack to {size} bytes; at most {most} are accepted.", "Make the model smaller."
)
NO_FILE = Wording("The archive holds no file.", ONE_MODEL)
NO_GRAPH = Wording("The archive holds no saved_model.pb.", f"{ONE_MODEL} {EXPORT_AGAIN}")
TOO_DEEP = Wording("saved_model.pb lies too deep in the archive, in {folder}.", ONE_MODEL)
OTHER_FORMAT = Wording("{name} in the archive is {kind}.", "{cure}")
NO_PART = Wording("{name} in the archive is no part of a SavedModel.", ONE_MODEL)
TWICE = Wording("{name} is in the archive twice.", PACK_AGAIN)
IN_A_FILE = Wording("{name} in the archive lies in a file, not in a folder.", PACK_AGAIN)
FOLDER_NO_PART = Wording("The folder {name} in the archive is no part of a SavedModel.", ONE_MODEL)

# Files that show what was meant, each with the way out.
OTHER_FORMATS = {
    ".keras": ("a Keras file (.keras)", "Load it with keras.models.load_model at home, " + EXPORT_AGAIN.lower()),
    ".h5": ("an HDF5 file (.h5)", "Load it with keras.models.load_model at home, " + EXPORT_AGAIN.lower()),
    ".pbtxt": ("a model in text form (.pbtxt)", EXPORT_AGAIN),
    ".cpb": ("a model in chunks (.cpb)", "Make the graph smaller: keep large tables in variables. " + EXPORT_AGAIN),
    ".so": ("a library with custom ops (.so)", "Only TensorFlow's own ops run here; export without it."),
    ".py": ("Python code (.py)", "Only the exported model runs here; leave the code out."),
    ".tflite": ("a LiteRT model (.tflite)", EXPORT_AGAIN),
    ".onnx": ("an ONNX model (.onnx)", EXPORT_AGAIN),
    ".pt": ("a PyTorch model (.pt)", EXPORT_AGAIN),
}
