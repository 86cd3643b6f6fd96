import Kernels

/// Resizing by interpolation: each result pixel is a weighted sum of up to four, to which its gradient goes back.
struct ResizeRule: Rule {
    let input: Operand
    let result: Result
    /// Of each result pixel of one image the four input pixels it is made of, counted in floats, and their weights.
    private let places: [Int32]
    private let weights: [Float]

    /// The two input positions that a result position lies between, and the weight of the second.
    struct Taps: Sendable {
        let first, second: Int
        let weight: Float
    }

    init(input: Operand, result: Result, rows: [Taps], columns: [Taps]) {
        self.input = input
        self.result = result
        let (width, channels) = (input.shape[2], input.shape[3])
        var (places, weights): ([Int32], [Float]) = ([], [])
        for row in rows {
            for column in columns {
                for (y, share) in [(row.first, 1 - row.weight), (row.second, row.weight)] {
                    places.append(Int32((y * width + column.first) * channels))
                    places.append(Int32((y * width + column.second) * channels))
                    weights.append(share * (1 - column.weight))
                    weights.append(share * column.weight)
                }
            }
        }
        (self.places, self.weights) = (places, weights)
    }

    private var channels: Int { input.shape[3] }
    /// Floats of one image.
    private var imageSize: Int { input.shape[1] * input.shape[2] * input.shape[3] }

    func forward(_ pass: Pass) {
        let (x, y, channels) = (pass[input.value], pass[result.value], channels)
        var target = 0
        for image in 0..<input.shape[0] {
            for pixel in stride(from: 0, to: places.count, by: 4) {
                for channel in 0..<channels {
                    let start = image * imageSize + channel
                    var sum: Float = 0
                    for tap in pixel..<pixel + 4 { sum += weights[tap] * x[start + Int(places[tap])] }
                    y[target + channel] = sum
                }
                target += channels
            }
        }
    }

    func backward(_ pass: Pass) {
        guard let slot = input.gradient else { return }
        let (dx, dy, channels) = (pass[slot], pass[result.gradient], channels)
        input.clearGradient(pass)
        var target = 0
        for image in 0..<input.shape[0] {
            for pixel in stride(from: 0, to: places.count, by: 4) {
                for tap in pixel..<pixel + 4 where weights[tap] != 0 {
                    let start = image * imageSize + Int(places[tap])
                    for channel in 0..<channels { dx[start + channel] += weights[tap] * dy[target + channel] }
                }
                target += channels
            }
        }
    }
}

extension ResizeRule.Taps {
    /// Both neighbours of a position.
    init(around position: Float, extent: Int) {
        let clamped = min(max(position, 0), Float(extent - 1))
        first = Int(clamped)
        second = min(first + 1, extent - 1)
        weight = clamped - Float(first)
    }
}
