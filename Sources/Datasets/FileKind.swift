/// What the first bytes of a file say it is.
enum FileKind: CaseIterable {
    case zip, gzip, bzip2, xz, zstandard, pdf, png, jpeg, gif, webp, bmp, tiff, wav, flac, ogg, parquet, hdf5,
        sqlite, npy

    /// For people.
    var name: String {
        switch self {
        case .zip: "a ZIP archive (or a spreadsheet)"
        case .gzip: "a gzip file"
        case .bzip2: "a bzip2 file"
        case .xz: "an xz file"
        case .zstandard: "a Zstandard file"
        case .pdf: "a PDF document"
        case .png: "a PNG picture"
        case .jpeg: "a JPEG picture"
        case .gif: "a GIF picture"
        case .webp: "a WebP picture"
        case .bmp: "a BMP picture"
        case .tiff: "a TIFF picture"
        case .wav: "a WAV recording"
        case .flac: "a FLAC recording"
        case .ogg: "an Ogg recording"
        case .parquet: "a Parquet table"
        case .hdf5: "an HDF5 file"
        case .sqlite: "an SQLite database"
        case .npy: "a single NumPy array (store samples and classes by numpy.savez as x and y)"
        }
    }

    private var magic: [UInt8] {
        switch self {
        case .zip: [0x50, 0x4b, 3, 4]
        case .gzip: [0x1f, 0x8b]
        case .bzip2: Array("BZh".utf8)
        case .xz: [0xfd, 0x37, 0x7a, 0x58, 0x5a]
        case .zstandard: [0x28, 0xb5, 0x2f, 0xfd]
        case .pdf: Array("%PDF".utf8)
        case .png: [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
        case .jpeg: [0xff, 0xd8, 0xff]
        case .gif: Array("GIF8".utf8)
        case .webp, .wav: Array("RIFF".utf8)
        case .bmp: Array("BM".utf8)
        case .tiff: [0x49, 0x49, 0x2a, 0]
        case .flac: Array("fLaC".utf8)
        case .ogg: Array("OggS".utf8)
        case .parquet: Array("PAR1".utf8)
        case .hdf5: [0x89, 0x48, 0x44, 0x46]
        case .sqlite: Array("SQLite format 3".utf8)
        case .npy: [0x93] + Array("NUMPY".utf8)
        }
    }

    init?(_ bytes: some Collection<UInt8>) {
        let start = Array(bytes.prefix(16))
        let found = FileKind.allCases.first { start.starts(with: $0.magic) }
        guard let found else { return nil }
        // RIFF files name their kind behind the size; 'BM' alone may begin a text.
        switch found {
        case .webp, .wav: self = start.dropFirst(8).starts(with: "WAVE".utf8) ? .wav : .webp
        case .bmp where start.dropFirst(2).allSatisfy { $0 >= 32 || $0 == 10 || $0 == 13 }: return nil
        default: self = found
        }
    }

    /// Refuses what is certainly no text.
    static func refuseOthers(_ bytes: [UInt8], file: String) throws(DatasetError) {
        if let kind = FileKind(bytes) { throw .file(file, detail: "is \(kind.name), not a table of text") }
    }
}
