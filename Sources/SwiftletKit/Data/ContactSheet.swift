import Candidates
import Datasets
import Foundation

/// A page with some samples of each class as pictures: pictures and spectrograms as they are, sequences as curves, rows of
/// tables as numbers.
struct ContactSheet {
    private let data: PreparedData
    private let name: String

    private static let samplesOfClass = 8
    private static let mostClasses = 50

    init(_ data: PreparedData, name: String) {
        self.data = data
        self.name = name
    }

    /// The page's text; it needs no other file.
    var html: String {
        let rows = strata.prefix(ContactSheet.mostClasses).map { title, indices in
            "<h2>\(title.escapedForPage)</h2><div>"
                + indices.prefix(ContactSheet.samplesOfClass).map(figure).joined() + "</div>"
        }
        return """
            <!DOCTYPE html>
            <html lang="en"><head><meta charset="utf-8"><title>\(name.escapedForPage)</title><style>
            body { font: 14px/1.4 system-ui, sans-serif; margin: 2em; } h2 { font-size: 1em; margin: 1em 0 .2em; }
            figure { display: inline-block; margin: 0 8px 8px 0; vertical-align: top; } figcaption { font-size: 11px; max-width: 160px; overflow: hidden; }
            img { height: 128px; image-rendering: pixelated; } svg { width: 160px; height: 96px; border: 1px solid #ddd; } pre { font-size: 11px; }
            </style></head><body><h1>\(name.escapedForPage)</h1>
            <p>Training samples, the first \(ContactSheet.samplesOfClass) of each class.</p>
            \(rows.joined(separator: "\n"))
            </body></html>

            """
    }

    /// Training samples by class, or all where no classes are predicted.
    private var strata: [(title: String, indices: [Int])] {
        let train = data.split.train
        switch data.dataset.target {
        case .classes(let labels, let names):
            return names.enumerated().map { index, name in
                (name, train.filter { Int(labels[$0]) == index })
            }
        case .anomalies(let flags):
            return [("normal", train.filter { !flags[$0] }), ("anomaly", train.filter { flags[$0] })]
        case .values: return [("samples", train)]
        }
    }

    private func figure(_ index: Int) -> String {
        let dataset = data.dataset
        let caption =
            switch dataset.target {
            case .values(let values): "\(values[index])"
            case .classes, .anomalies:
                dataset.sampleNames.isEmpty ? "\(index)" : dataset.sampleNames[index]
            }
        return
            "<figure>\(picture(dataset.sample(index)))<figcaption>\(caption.escapedForPage)</figcaption></figure>"
    }

    private func picture(_ values: [Float]) -> String {
        let shape = data.dataset.sampleShape
        if shape[0] > 1, shape[1] > 1 {
            let isSound = data.dataset.recordings != nil
            let bytes = Bitmap(values, shape: shape, isTurned: isSound).bytes
            return "<img src=\"data:image/bmp;base64,\(Data(bytes).base64EncodedString())\">"
        }
        if shape[0] > 1 { return curves(values, steps: shape[0], channels: shape[2]) }
        let names = data.dataset.featureNames
        let lines = values.prefix(24).enumerated().map { place, value in
            (place < names.count ? "\(names[place].escapedForPage) " : "") + "\(value)"
        }
        return "<pre>\(lines.joined(separator: "\n"))</pre>"
    }

    /// Each channel from its smallest to its largest value.
    private func curves(_ values: [Float], steps: Int, channels: Int) -> String {
        let lines = (0..<min(channels, 16)).map { channel in
            let curve = (0..<steps).map { values[$0 * channels + channel] }
            let (low, high) = (curve.min() ?? 0, curve.max() ?? 0)
            let points = curve.enumerated().map { step, value in
                let x = 160 * Float(step) / Float(max(steps - 1, 1))
                let y = high > low ? 92 - 88 * (value - low) / (high - low) : 48
                return "\(Int(x)),\(Int(y))"
            }
            let hue = channel * 360 / max(channels, 1)
            return
                "<polyline fill=\"none\" stroke=\"hsl(\(hue) 70% 40%)\" points=\"\(points.joined(separator: " "))\"/>"
        }
        return "<svg viewBox=\"0 0 160 96\">\(lines.joined())</svg>"
    }
}

/// A picture as a BMP file of 24 bits, which needs no compression.
private struct Bitmap {
    let bytes: [UInt8]

    /// Values are spread from their smallest to their largest, or taken as bytes where they lie in 0…255.
    ///
    /// - Parameter isTurned: rows become columns, so that time runs to the right and low bands lie below.
    init(_ values: [Float], shape: [Int], isTurned: Bool) {
        let (rows, columns, channels) = (shape[0], shape[1], shape[2])
        let (low, high) = (values.min() ?? 0, values.max() ?? 0)
        let isBytes = low >= 0 && high <= 255 && high > 32
        let scale = isBytes ? 1 : 255 / max(high - low, .leastNormalMagnitude)
        let offset = isBytes ? 0 : low
        let (height, width) = isTurned ? (columns, rows) : (rows, columns)
        let stride = (width * 3 + 3) / 4 * 4
        var bytes = Array("BM".utf8)
        func number(_ value: Int, _ size: Int) -> [UInt8] {
            (0..<size).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
        }
        bytes += number(54 + stride * height, 4) + number(0, 4) + number(54, 4)
        bytes += number(40, 4) + number(width, 4) + number(height, 4) + number(1, 2) + number(24, 2)
        bytes += number(0, 24)
        // Rows stand from the lowest up.
        for line in (0..<height).reversed() {
            for place in 0..<width {
                let (row, column) = isTurned ? (place, height - 1 - line) : (line, place)
                let start = (row * columns + column) * channels
                for channel in [2, 1, 0] {
                    let value = (values[start + min(channel, channels - 1)] - offset) * scale
                    bytes.append(UInt8(max(0, min(255, value))))
                }
            }
            bytes += number(0, stride - width * 3)
        }
        self.bytes = bytes
    }
}

extension String {
    /// With HTML's own characters written out.
    fileprivate var escapedForPage: String {
        replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(">", with: "&gt;")
    }
}
