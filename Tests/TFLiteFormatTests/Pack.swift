import Foundation
import Testing

/// Files of `Tests/Goldens/TFLite`: blobs, each a little-endian 32-bit length and its bytes.
struct Pack {
    private let bytes: [UInt8]
    private var position = 0

    init(_ name: String) throws {
        let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        bytes = [UInt8](try Data(contentsOf: tests.appendingPathComponent("Goldens/TFLite/\(name)")))
    }

    var isAtEnd: Bool { position == bytes.count }

    mutating func blob() -> [UInt8] {
        let length = bytes[position..<position + 4].reversed().reduce(0) { $0 << 8 | Int($1) }
        defer { position += 4 + length }
        return Array(bytes[position + 4..<position + 4 + length])
    }

    mutating func text() -> String { String(decoding: blob(), as: UTF8.self) }

    mutating func blobs() -> [[UInt8]] {
        let count = Int(text()) ?? 0
        return (0..<count).map { _ in blob() }
    }
}

/// A small model with inputs and what LiteRT answers.
struct OperatorCase: CustomTestStringConvertible {
    let name: String
    let model: [UInt8]
    let inputs: [[UInt8]]
    let outputs: [[UInt8]]

    var testDescription: String { name }

    static let all: [OperatorCase] = {
        guard var pack = try? Pack("operators.pack") else { return [] }
        var cases: [OperatorCase] = []
        while !pack.isAtEnd {
            cases.append(
                OperatorCase(
                    name: pack.text(), model: pack.blob(), inputs: pack.blobs(), outputs: pack.blobs()))
        }
        return cases
    }()
}
