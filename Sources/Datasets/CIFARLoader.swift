/// CIFAR-10's binary version.
///
/// Files: `data_batch_1.bin` … `data_batch_5.bin` and `test_batch.bin` (the official test part), each row
/// a label and 3,072 bytes, a plane each of red, green and blue. Fewer train batches, and .gz files, are fine.
enum CIFARLoader {
    private static let rowSize = 3073
    private static let names = [
        "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
    ]

    static func load(folder: String) throws(DatasetError) -> Dataset {
        let files = try SourceFile.names(in: folder)
        let train = files.filter { $0.hasPrefix("data_batch_") && $0.contains(".bin") }
        let test = files.filter { $0.hasPrefix("test_batch") && $0.contains(".bin") }
        guard !train.isEmpty, !test.isEmpty else {
            throw .file(
                folder, detail: "has no \(train.isEmpty ? "data_batch_1" : "test_batch").bin of CIFAR-10")
        }
        var pixels: [UInt8] = []
        var labels: [Int32] = []
        var trainCount = 0
        for (index, name) in (train + test).enumerated() {
            if index == train.count { trainCount = labels.count }
            try append("\(folder)/\(name)", &pixels, &labels)
        }
        return try Dataset(
            name: "cifar10", sampleShape: [32, 32, 3], storage: .bytes(pixels),
            target: .classes(labels, names: names), officialTest: trainCount..<labels.count
        ).checked(file: folder)
    }

    private static func append(
        _ path: String, _ pixels: inout [UInt8], _ labels: inout [Int32]
    ) throws(DatasetError) {
        let bytes = try SourceFile.read(path)
        guard !bytes.isEmpty, bytes.count % rowSize == 0 else {
            throw .byte(
                file: path, offset: bytes.count / rowSize * rowSize,
                detail: "ends within a row; rows have \(rowSize) bytes, the file \(bytes.count)")
        }
        for row in stride(from: 0, to: bytes.count, by: rowSize) {
            guard bytes[row] < 10 else {
                throw .byte(
                    file: path, offset: row, detail: "expected a label from 0 to 9, got \(bytes[row])")
            }
            labels.append(Int32(bytes[row]))
            for pixel in 0..<1024 {
                for plane in 0..<3 { pixels.append(bytes[row + 1 + plane * 1024 + pixel]) }
            }
        }
    }
}
