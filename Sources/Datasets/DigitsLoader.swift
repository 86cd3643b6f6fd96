import Archives
import CDigits

/// The data set inside the program: see CDigits/include/digits.h for its origin and licence (CC BY 4.0).
enum DigitsLoader {
    static func load() throws(DatasetError) -> Dataset {
        // SAFETY: the C array is constant and holds `swiftlet_digits_size` bytes.
        let packed = [UInt8](UnsafeBufferPointer(start: swiftlet_digits, count: swiftlet_digits_size))
        let rows: [UInt8]
        do throws(ArchiveError) {
            rows = try Gzip.inflate(packed, file: "digits", limit: 1 << 20)
        } catch {
            throw DatasetError(error)
        }
        let count = rows.count / 65
        var pixels: [UInt8] = []
        pixels.reserveCapacity(count * 64)
        var labels: [Int32] = []
        for row in 0..<count {
            pixels += rows[row * 65..<row * 65 + 64]
            labels.append(Int32(rows[row * 65 + 64]))
        }
        return Dataset(
            name: "digits", sampleShape: [8, 8, 1], storage: .bytes(pixels),
            target: .classes(labels, names: (0...9).map(String.init)))
    }
}
