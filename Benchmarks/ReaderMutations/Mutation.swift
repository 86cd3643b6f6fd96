public import Determinism

/// Damages files as transfers, disks and attackers do; equal streams give equal damage.
public enum Mutation {
    /// One to four changes of the bytes.
    public static func damage(_ bytes: [UInt8], using random: inout RandomStream) -> [UInt8] {
        var damaged = bytes
        for _ in 0...random.index(below: 4) { change(&damaged, using: &random) }
        return damaged
    }

    private static let extremes: [UInt8] = [0, 1, 0x7f, 0x80, 0xff]

    private static func change(_ bytes: inout [UInt8], using random: inout RandomStream) {
        guard !bytes.isEmpty else {
            bytes.append(UInt8(random.index(below: 256)))
            return
        }
        let place = random.index(below: bytes.count)
        let length = min(random.index(below: 32) + 1, bytes.count - place)
        switch random.index(below: 8) {
        case 0: bytes[place] ^= 1 << UInt8(random.index(below: 8))
        case 1: bytes[place] = UInt8(random.index(below: 256))
        case 2: bytes[place] = extremes[random.index(below: extremes.count)]
        case 3: bytes.removeLast(bytes.count - place)
        case 4: bytes.removeSubrange(place..<place + length)
        case 5: bytes.insert(contentsOf: bytes[place..<place + length], at: random.index(below: bytes.count))
        case 6:
            // A length or count that is far too large.
            for i in place..<place + min(length, 4) {
                bytes[i] = extremes[random.index(below: extremes.count)]
            }
        default:
            // The same near the head, where formats keep their lengths.
            bytes[random.index(below: min(bytes.count, 64))] = UInt8(random.index(below: 256))
        }
    }
}
