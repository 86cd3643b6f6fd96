import Datasets
import Foundation

/// Every reader of the data sets' files: a valid small data set of it, of which one file is damaged.
enum FileReader: CaseIterable {
    case csv, semicolons, packedCSV, idx, cifar, npz, png, palettePNG, jpeg, progressiveJPEG, wav, flac, ogg,
        tar

    /// The files of a data set; `damaged` is mutated, the others stay.
    var files: (damaged: String, bytes: [UInt8], others: [String: [UInt8]]) {
        switch self {
        case .csv: ("a.csv", Array(FileReader.table.utf8), [:])
        case .semicolons: ("a.csv", Array(FileReader.table.replacing(",", with: ";").utf8), [:])
        case .packedCSV: ("a.csv", FileReader.gzip(Array(FileReader.table.utf8)), [:])
        case .idx:
            (
                "train-images-idx3-ubyte", FileReader.idx([4, 3, 3], value: 9),
                [
                    "train-labels-idx1-ubyte": FileReader.idx([4]),
                    "t10k-images-idx3-ubyte": FileReader.idx([2, 3, 3], value: 1),
                    "t10k-labels-idx1-ubyte": FileReader.idx([2]),
                ]
            )
        case .cifar:
            (
                "data_batch_1.bin", [1] + [UInt8](repeating: 5, count: 3072),
                ["test_batch.bin": [2] + [UInt8](repeating: 7, count: 3072)]
            )
        case .npz: ("a.npz", FileReader.archive, [:])
        case .png: ("a/1.png", SeedFiles.greyPNG, ["b/1.png": SeedFiles.greyPNG])
        case .palettePNG: ("a/1.png", SeedFiles.palettePNG, ["b/1.png": SeedFiles.palettePNG])
        case .jpeg: ("a/1.jpg", SeedFiles.jpeg, ["b/1.jpg": SeedFiles.jpeg])
        case .progressiveJPEG: ("a/1.jpg", SeedFiles.progressiveJPEG, ["b/1.jpg": SeedFiles.jpeg])
        case .wav: ("a_1.wav", FileReader.recording, ["b_1.wav": FileReader.recording])
        case .flac: ("a_1.flac", SeedFiles.flac, ["b_1.wav": FileReader.recording])
        case .ogg: ("a_1.ogg", SeedFiles.ogg, ["b_1.wav": FileReader.recording])
        case .tar: ("a.tar", FileReader.recordings, [:])
        }
    }

    func request(_ folder: String) -> DatasetRequest {
        var request: DatasetRequest
        switch self {
        case .csv, .semicolons, .packedCSV:
            request = DatasetRequest(source: .csv, path: "\(folder)/a.csv")
            request.table.format.missing = ["?"]
            request.table.window = SlidingWindow(length: 3)
            request.table.group = "unit"
            if self == .semicolons { request.table.format.separator = .semicolon }
        case .idx: request = DatasetRequest(source: .idx, path: folder)
        case .cifar: request = DatasetRequest(source: .cifar10, path: folder)
        case .npz: request = DatasetRequest(source: .npz, path: "\(folder)/a.npz")
        case .png, .palettePNG, .jpeg, .progressiveJPEG:
            request = DatasetRequest(source: .imageFolder, path: folder)
            request.pictures.size = PictureSize(height: 8, width: 8)
        case .wav, .flac, .ogg: request = DatasetRequest(source: .wavFolder, path: folder)
        case .tar: request = DatasetRequest(source: .wavFolder, path: "\(folder)/a.tar")
        }
        return request
    }

    private static let table =
        "unit,time,x,\"kind, of it\",class\n"
        + (0..<12).map {
            "u\($0 % 3),2024-01-\(10 + $0),\($0 == 4 ? "?" : "-\($0).5e1"),k\($0 % 2),c\($0 % 2)\r\n"
        }
        .joined()

    /// An IDX file of bytes that count up, or that are all `value`.
    private static func idx(_ shape: [UInt8], value: UInt8? = nil) -> [UInt8] {
        let count = shape.reduce(1) { $0 * Int($1) }
        return [0, 0, 8, UInt8(shape.count)] + shape.flatMap { [0, 0, 0, $0] }
            + (0..<count).map { value ?? UInt8($0 % 2) }
    }

    private static var recording: [UInt8] {
        let data = (0..<400).map { UInt8($0 * 7 % 251) }
        return Array("RIFF".utf8) + little(36 + data.count) + Array("WAVEfmt ".utf8) + little(16) + [
            1, 0, 1, 0,
        ]
            + little(8000) + little(16000) + [2, 0, 16, 0] + Array("data".utf8) + little(data.count) + data
    }

    private static var archive: [UInt8] {
        func array(_ type: String, _ shape: String, _ data: [UInt8]) -> [UInt8] {
            let header = Array("{'descr': '\(type)', 'fortran_order': False, 'shape': (\(shape)), }\n".utf8)
            return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(header.count), 0] + header + data
        }
        return zip([
            ("x.npy", array("<f4", "4, 2, 2", [UInt8](repeating: 0x3f, count: 64))),
            ("y.npy", array("|u1", "4,", [0, 1, 0, 1])),
        ])
    }

    private static func little(_ value: Int, _ width: Int = 4) -> [UInt8] {
        (0..<width).map { UInt8(value >> (8 * $0) & 255) }
    }

    private static func checksum(_ data: [UInt8]) -> Int {
        let sum = data.reduce(UInt32.max) { sum, byte in
            (0..<8).reduce(sum ^ UInt32(byte)) { sum, _ in sum >> 1 ^ (sum & 1) * 0xedb8_8320 }
        }
        return Int(~sum)
    }

    private static func zip(_ files: [(String, [UInt8])]) -> [UInt8] {
        var (body, directory): ([UInt8], [UInt8]) = ([], [])
        for (name, data) in files {
            let common =
                [20, 0] + [UInt8](repeating: 0, count: 8) + little(checksum(data))
                + little(data.count) + little(data.count) + little(name.utf8.count, 2)
            directory +=
                little(0x0201_4b50) + [20, 0] + common + [UInt8](repeating: 0, count: 12)
                + little(body.count) + Array(name.utf8)
            body += little(0x0403_4b50) + common + [0, 0] + Array(name.utf8) + data
        }
        return body + directory + little(0x0605_4b50) + little(0) + little(files.count, 2)
            + little(files.count, 2) + little(directory.count) + little(body.count) + [0, 0]
    }

    /// A gzip file of one stored block.
    private static func gzip(_ data: [UInt8]) -> [UInt8] {
        [0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 1] + little(data.count, 2) + little(~data.count & 0xffff, 2)
            + data
            + little(checksum(data)) + little(data.count)
    }

    private static var recordings: [UInt8] {
        var archive: [UInt8] = []
        for name in ["low/a.wav", "high/b.wav"] {
            var header = [UInt8](repeating: 0, count: 512)
            func put(_ text: String, at offset: Int) {
                header.replaceSubrange(offset..<offset + text.utf8.count, with: text.utf8)
            }
            put(name, at: 0)
            put("00000000674", at: 124)
            put("ustar", at: 257)
            put("        ", at: 148)
            header[156] = UInt8(ascii: "0")
            let sum = String(header.reduce(0) { $0 + Int($1) }, radix: 8)
            put(String(repeating: "0", count: 6 - sum.count) + sum + "\0 ", at: 148)
            archive += header + recording + [UInt8](repeating: 0, count: 512 - recording.count % 512)
        }
        return archive + [UInt8](repeating: 0, count: 1024)
    }
}
