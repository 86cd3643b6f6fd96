/// A model as C source, for programs without a file system.
///
/// `header` declares `NAME` and `NAME_len`, `source` defines them; both compile as C11 and C++11. The array is aligned
/// to 16 bytes, as TensorFlow Lite Micro asks.
public struct CArray: Hashable, Sendable {
    /// The C identifier: `name` with everything but letters, digits and underscores replaced.
    public let identifier: String
    /// Text of the .h file.
    public let header: String
    /// Text of the .c file, which includes the header.
    public let source: String

    /// The source of `bytes` under an identifier made of `name`.
    public init(_ bytes: [UInt8], name: String) {
        identifier = Self.identifier(from: name)
        header = """
            #ifndef \(identifier.uppercased())_H_
            #define \(identifier.uppercased())_H_

            #ifdef __cplusplus
            extern "C" {
            #endif

            extern const unsigned char \(identifier)[];
            extern const unsigned int \(identifier)_len;

            #ifdef __cplusplus
            }
            #endif

            #endif

            """
        source = """
            #include "\(identifier).h"

            #ifndef __cplusplus
            #include <stdalign.h>
            #endif

            alignas(16) const unsigned char \(identifier)[] = {
            \(Self.rows(of: bytes))
            };
            const unsigned int \(identifier)_len = \(bytes.count);

            """
    }

    private static func identifier(from name: String) -> String {
        let allowed = name.utf8.map { byte -> UInt8 in
            let isLetter = (65...90).contains(byte) || (97...122).contains(byte)
            return isLetter || (48...57).contains(byte) ? byte : UInt8(ascii: "_")
        }
        let cleaned = String(decoding: allowed, as: UTF8.self)
        guard let first = allowed.first, !(48...57).contains(first) else { return "model_\(cleaned)" }
        return cleaned
    }

    /// Twelve bytes a line, in hexadecimal.
    private static func rows(of bytes: [UInt8]) -> String {
        let digits = Array("0123456789abcdef".utf8)
        var text: [UInt8] = []
        text.reserveCapacity(bytes.count * 6)
        for (index, byte) in bytes.enumerated() {
            text += index % 12 == 0 ? (index == 0 ? [32, 32] : [10, 32, 32]) : [32]
            text += [48, 120, digits[Int(byte >> 4)], digits[Int(byte & 15)], 44]
        }
        return String(decoding: text, as: UTF8.self)
    }
}
