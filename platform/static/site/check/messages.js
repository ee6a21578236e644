// Made by `python -m grader.message_file` of the readers' own texts and numbers. Change those, then make it.
export const PREDICTIONS = {
 "EMPTY_FILE": [
  "The file is empty (0 bytes).",
  "Write the header and one row for each id."
 ],
 "LARGE_FILE": [
  "The file has {size} bytes; at most {most} are accepted.",
  "Write fewer decimals, or send it as .csv.gz or .zip."
 ],
 "DAMAGED": [
  "The {packing} archive is cut off or damaged.",
  "Pack it again and send it whole."
 ],
 "LONG_ZIP_LIST": [
  "The zip archive's list of files is longer than 1 MB.",
  "Leave one CSV file in it."
 ],
 "EXPANDS": [
  "The file expands to more than {megabytes} MB.",
  "Send one short line for each id of test.csv and nothing else."
 ],
 "EMPTY_INSIDE": [
  "The {packing} archive holds an empty file.",
  "Write the header and one row for each id."
 ],
 "UTF_16": [
  "The file is encoded in UTF-16.",
  "Save it as UTF-8: in Excel, “CSV UTF-8”."
 ],
 "BINARY_FILE": [
  "The file is {kind}, not a CSV file.",
  "Send a CSV file, alone or as .csv.gz or .zip."
 ],
 "BINARY_INSIDE": [
  "The {packing} archive holds {kind}, not a CSV file.",
  "Send a CSV file, alone or as .csv.gz or .zip."
 ],
 "NUL_BYTES": [
  "The file holds NUL bytes: it is not UTF-8 text.",
  "Save it as CSV in UTF-8."
 ],
 "ENCRYPTED": [
  "The zip archive is encrypted.",
  "Pack it again without a password."
 ],
 "OTHER_METHOD": [
  "The zip archive is packed with method {method}, which is not read here.",
  "Pack it again with the usual method, deflate."
 ],
 "WORKBOOK": [
  "The file is an Excel workbook (.xlsx).",
  "Save it as “CSV UTF-8” and send that."
 ],
 "MODEL_INSIDE": [
  "The zip archive holds a SavedModel.",
  "Submit it as a model, or send a CSV here."
 ],
 "NO_FILE_INSIDE": [
  "The zip archive holds no file.",
  "Put one CSV file into it."
 ],
 "MANY_INSIDE": [
  "The zip archive holds {count} files: {names}.",
  "Leave one CSV file in it."
 ],
 "MANY_MORE_INSIDE": [
  "The zip archive holds {count} files: {names} and {more} more.",
  "Leave one CSV file in it."
 ],
 "OTHER_SEPARATOR": [
  "columns are separated by {separator}: {line}.",
  "Separate them with commas."
 ],
 "HEADER_BLANK": [
  "the header is missing: the line is blank.",
  "Write {expected} on line 1."
 ],
 "HEADER_MISSING": [
  "the header is missing: the file begins with {line}.",
  "Write {expected} on line 1."
 ],
 "HEADER_UNTIDY": [
  "the header is {line}, not exactly '{expected}'.",
  "Write {expected} on line 1."
 ],
 "HEADER_OTHER_ORDER": [
  "the columns are in another order: {line}.",
  "Order them as {expected}."
 ],
 "HEADER_UNNAMED": [
  "the header has a column without a name: {line}.",
  "Leave it out; in pandas: to_csv(…, index=False)."
 ],
 "HEADER_MORE": [
  "the header has more columns than expected: {names}.",
  "Keep {expected} only."
 ],
 "HEADER_LACKS": [
  "the header {line} lacks {names}.",
  "Write {expected} on line 1."
 ],
 "HEADER_OTHER": [
  "the header is {line}, not '{expected}'.",
  "Write {expected} on line 1."
 ],
 "LONG_LINE": [
  "the line is longer than {most} characters: {line}.",
  "Write one row a line."
 ],
 "BLANK_LINE": [
  "the line is blank.",
  "Delete the line."
 ],
 "BROKEN_QUOTES": [
  "the quotes do not close as they should: {line}.",
  "Write numbers without quotes."
 ],
 "ONE_COLUMN": [
  "1 column instead of {count}: {line}.",
  "Write {expected} and nothing else."
 ],
 "OTHER_COLUMNS": [
  "{found} columns instead of {count}: {line}.",
  "Write {expected} and nothing else."
 ],
 "COMMA_COLUMNS": [
  "{found} columns instead of {count}: {line}.",
  "Write decimals with a point: 3.5, not 3,5."
 ],
 "UNKNOWN_ID": [
  "id {id} is not in the test set.",
  "Copy the ids from test.csv."
 ],
 "EMPTY_ID": [
  "the id is empty.",
  "Copy the ids from test.csv; in pandas: astype('int64')."
 ],
 "FRACTIONAL_ID": [
  "id {id} is not a whole number.",
  "Copy the ids from test.csv; in pandas: astype('int64')."
 ],
 "DOUBLED_ID": [
  "id {id} stands twice, first on line {first}.",
  "Keep one row for each id."
 ],
 "NUMBER_EMPTY": [
  "{column} is empty.",
  "{cure}"
 ],
 "NUMBER_NOT_FINITE": [
  "{column} {number} is not a finite number.",
  "{cure}"
 ],
 "NUMBER_WITH_COMMA": [
  "{column} {number} has a decimal comma.",
  "Write decimals with a point: 3.5, not 3,5."
 ],
 "NOT_A_NUMBER": [
  "{column} {number} is not a number.",
  "{cure}"
 ],
 "NUMBER_TOO_LARGE": [
  "{column} {number} is too large for a finite number.",
  "{cure}"
 ],
 "NOT_WHOLE": [
  "{column} {number} is not a whole number.",
  "{cure}"
 ],
 "NUMBER_BELOW": [
  "{column} {number} is below {bound}.",
  "{cure}"
 ],
 "NUMBER_ABOVE": [
  "{column} {number} is above {bound}.",
  "{cure}"
 ],
 "NO_KNOWN_ROW": [
  "The file has no row with an id of the test set.",
  "Write one row for each id of test.csv."
 ],
 "ONE_ID_MISSING": [
  "1 of {all} ids is missing; it is {first}.",
  "Write one row for each id of test.csv."
 ],
 "IDS_MISSING": [
  "{count} of {all} ids are missing; the first is {first}.",
  "Write one row for each id of test.csv."
 ]
};
export const ARCHIVE = {
 "LARGE_ARCHIVE": [
  "The archive has {size} bytes; at most {most} are accepted.",
  "Make the model smaller, or pack it with compression."
 ],
 "NO_ZIP": [
  "The file is no zip archive.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "NO_END": [
  "The zip archive is cut off, or something follows behind its end.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "ZIP64": [
  "The zip archive is in the zip64 form, which is for larger files than are accepted.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "ONE_PART": [
  "The zip archive is one part of several.",
  "Pack the folder into one archive."
 ],
 "MANY_FILES": [
  "The archive holds {count} files; at most {most} are accepted.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."
 ],
 "OTHER_DATA": [
  "The zip archive has other data before or behind its files.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "DAMAGED": [
  "The zip archive is cut off or damaged.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "NO_NAME": [
  "The archive holds a file named {name}, which is no name in a SavedModel.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."
 ],
 "LINK": [
  "{name} in the archive is a link or a device, not a file.",
  "Pack the files themselves."
 ],
 "ENCRYPTED": [
  "{name} in the archive is encrypted.",
  "Pack it again without a password."
 ],
 "OTHER_METHOD": [
  "{name} is packed with method {method}, which is not read here.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "FULL_FOLDER": [
  "{name} is a folder with content of its own.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "OVERLAID": [
  "Files in the archive lie over each other.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "UNPACKS_TO": [
  "The archive would unpack to {size} bytes; at most {most} are accepted.",
  "Make the model smaller."
 ],
 "NO_FILE": [
  "The archive holds no file.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."
 ],
 "NO_GRAPH": [
  "The archive holds no saved_model.pb.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/. Call model.export('my_model') and pack the folder that it writes."
 ],
 "TOO_DEEP": [
  "saved_model.pb lies too deep in the archive, in {folder}.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."
 ],
 "OTHER_FORMAT": [
  "{name} in the archive is {kind}.",
  "{cure}"
 ],
 "NO_PART": [
  "{name} in the archive is no part of a SavedModel.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."
 ],
 "TWICE": [
  "{name} is in the archive twice.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "IN_A_FILE": [
  "{name} in the archive lies in a file, not in a folder.",
  "Pack the folder that model.export() wrote again, with any usual zip program."
 ],
 "FOLDER_NO_PART": [
  "The folder {name} in the archive is no part of a SavedModel.",
  "Pack one SavedModel folder: saved_model.pb, variables/ and assets/."
 ]
};
export const LIMITS = {
 "blanks": " \t\u000b\f",
 "notFinite": [
  "inf",
  "infinity",
  "na",
  "nan",
  "none",
  "null"
 ],
 "lineCharacters": 4000,
 "separators": {
  ";": "semicolons",
  "\t": "tabs",
  "|": "bars"
 },
 "namedProblems": 20,
 "countedProblems": 100000,
 "quotedCharacters": 40,
 "batchRows": 65536,
 "bufferBytes": 262144,
 "sniffedBytes": 4096,
 "zipListBytes": 1048576,
 "utf16": [
  [
   255,
   254
  ],
  [
   254,
   255
  ],
  [
   0,
   0,
   254,
   255
  ]
 ],
 "binary": [
  [
   [
    137,
    80,
    78,
    71
   ],
   "a PNG image"
  ],
  [
   [
    255,
    216,
    255
   ],
   "a JPEG image"
  ],
  [
   [
    71,
    73,
    70,
    56
   ],
   "a GIF image"
  ],
  [
   [
    37,
    80,
    68,
    70
   ],
   "a PDF document"
  ],
  [
   [
    137,
    72,
    68,
    70
   ],
   "an HDF5 file (.h5)"
  ],
  [
   [
    80,
    65,
    82,
    49
   ],
   "a Parquet file"
  ],
  [
   [
    65,
    82,
    82,
    79,
    87,
    49
   ],
   "a Feather file"
  ],
  [
   [
    147,
    78,
    85,
    77,
    80,
    89
   ],
   "a NumPy array (.npy)"
  ],
  [
   [
    208,
    207,
    17,
    224
   ],
   "an old Excel workbook (.xls)"
  ],
  [
   [
    83,
    81,
    76,
    105,
    116,
    101,
    32,
    102,
    111,
    114,
    109,
    97,
    116,
    32,
    51
   ],
   "an SQLite database"
  ],
  [
   [
    66,
    90,
    104
   ],
   "a bzip2 archive"
  ],
  [
   [
    253,
    55,
    122,
    88,
    90
   ],
   "an xz archive"
  ],
  [
   [
    40,
    181,
    47,
    253
   ],
   "a Zstandard archive"
  ],
  [
   [
    55,
    122,
    188,
    175
   ],
   "a 7-Zip archive"
  ],
  [
   [
    82,
    97,
    114,
    33
   ],
   "a RAR archive"
  ],
  [
   [
    80,
    75,
    3,
    4
   ],
   "a zip archive"
  ],
  [
   [
    80,
    75,
    5,
    6
   ],
   "a zip archive"
  ],
  [
   [
    31,
    139
   ],
   "a gzip archive"
  ]
 ],
 "oldZipNames": "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■ ",
 "archiveUnpackedBytes": 2000000000,
 "archiveEntries": 400,
 "archiveListBytes": 1000000,
 "archiveNameCharacters": 255,
 "archiveDepth": 6,
 "otherFormats": [
  [
   ".keras",
   "a Keras file (.keras)",
   "Load it with keras.models.load_model at home, call model.export('my_model') and pack the folder that it writes."
  ],
  [
   ".h5",
   "an HDF5 file (.h5)",
   "Load it with keras.models.load_model at home, call model.export('my_model') and pack the folder that it writes."
  ],
  [
   ".pbtxt",
   "a model in text form (.pbtxt)",
   "Call model.export('my_model') and pack the folder that it writes."
  ],
  [
   ".cpb",
   "a model in chunks (.cpb)",
   "Make the graph smaller: keep large tables in variables. Call model.export('my_model') and pack the folder that it writes."
  ],
  [
   ".so",
   "a library with custom ops (.so)",
   "Only TensorFlow's own ops run here; export without it."
  ],
  [
   ".py",
   "Python code (.py)",
   "Only the exported model runs here; leave the code out."
  ],
  [
   ".tflite",
   "a LiteRT model (.tflite)",
   "Call model.export('my_model') and pack the folder that it writes."
  ],
  [
   ".onnx",
   "an ONNX model (.onnx)",
   "Call model.export('my_model') and pack the folder that it writes."
  ],
  [
   ".pt",
   "a PyTorch model (.pt)",
   "Call model.export('my_model') and pack the folder that it writes."
  ]
 ]
};
